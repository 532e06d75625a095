"""The command line."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from .afserver import UnansweredError, exchange
from .config import Config, ConfigError, read_config
from .server import Relay

_DEFAULT_FILE = Path(__file__).resolve().parent.parent / "relay.json"


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="relay.py",
        description="Relays messages from Kitsu Actions to afserver, within limits.",
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", type=Path, default=_DEFAULT_FILE)
    parser.add_argument("command", nargs="?", choices=["serve", "check"], default="serve")
    options = parser.parse_args(words)
    try:
        config = read_config(options.config)
    except ConfigError as problem:
        print(problem)
        return 3
    if options.command == "check":
        return _check(config)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with Relay(config) as relay:
        logging.info("listening on %s:%d for afserver at %s:%d", *relay.server_address[:2], *config.afserver)
        try:
            relay.serve_forever()
        except KeyboardInterrupt:
            pass
    return 0


def _check(config: Config) -> int:
    print(f"The configuration is valid. The relay listens on {config.listen[0]}:{config.listen[1]}.")
    if config.listen[0] not in ("127.0.0.1", "::1", "localhost"):
        print("WARNING: other machines can reach this address. Use a firewall, so that only the tunnel can.")
    for service, patterns in config.services.items():
        print(f"  {service}: {' | '.join(pattern.pattern for pattern in patterns)}")
    print(f"  operations: {', '.join(config.operations)}")
    try:
        answer = exchange(config.afserver, b'{"get":{"type":"users"}}', config.answer_seconds, config.answer_max_bytes)
        users = json.loads(answer.decode("utf-8", "replace"), strict=False).get("users", [])
        print(f"afserver answers; it has {len(users)} users.")
    except (UnansweredError, ValueError) as problem:
        print(f"{problem}.")
        return 1
    return 0
