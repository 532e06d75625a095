"""Signs and verifies messages according to Standard Webhooks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError

from .secret import VARIABLE

_TOLERANCE_S = 300


class SignatureError(Exception):
    """The message is not from the action server. The text says what to check."""


class Signer:
    def __init__(self, secrets: Sequence[str]) -> None:
        self._webhooks = [Webhook(secret) for secret in secrets]

    def verify(self, body: str, headers: Mapping[str, str]) -> None:
        """Raises SignatureError unless whoever has one of the secrets sent this in the last minutes.

        `headers` have lower-case names.
        """
        if "webhook-signature" not in headers:
            raise SignatureError("The call is not signed. Only the action server may call this address.")
        if not any(_is_signed(webhook, body, headers) for webhook in self._webhooks):
            raise SignatureError(_explain(headers.get("webhook-timestamp", "")))

    def sign(self, message_id: str, at: int, body: str) -> dict[str, str]:
        """The headers that sign the body. `at` is in epoch seconds."""
        moment = datetime.fromtimestamp(at, timezone.utc)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(webhook.sign(message_id, moment, body) for webhook in self._webhooks),
        }


def _is_signed(webhook: Webhook, body: str, headers: Mapping[str, str]) -> bool:
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    # The library lets a malformed signature end in a ValueError.
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _explain(timestamp: str) -> str:
    if timestamp.isdigit() and abs(time.time() - int(timestamp[:12])) > _TOLERANCE_S:
        return "The call was signed more than five minutes ago, or in the future. Check the clocks of both servers."
    return f"The signature is wrong. {VARIABLE} must be the same here and at the action server."
