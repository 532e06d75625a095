// The proxies whose X-Forwarded headers count. Anyone else's are removed before the worker sees the
// request, because anyone can send them.
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { CliError } from "../../cli-error.ts";

export class TrustedProxies {
  readonly #addresses = new BlockList();

  /** @param list addresses and networks, separated by commas: "127.0.0.0/8, ::1" */
  static parse(list: string): TrustedProxies {
    const proxies = new TrustedProxies();
    for (const entry of list.split(/[\s,]+/).filter(Boolean)) proxies.#add(entry);
    return proxies;
  }

  #add(entry: string): void {
    const [address = "", prefix] = entry.split("/");
    const version = isIP(address);
    const bits = prefix === undefined ? undefined : Number(prefix);
    const isNetwork = bits === undefined || (/^\d+$/.test(prefix ?? "") && bits <= (version === 4 ? 32 : 128));
    if (version === 0 || !isNetwork)
      throw new CliError(
        `--trusted-proxies: "${entry}" is no address and no network, such as 10.0.0.5 or 10.1.0.0/16.`,
      );
    const family = version === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) this.#addresses.addAddress(address, family);
    else this.#addresses.addSubnet(address, bits, family);
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#addresses.check(address, version === 4 ? "ipv4" : "ipv6");
  }

  /** Does this request come from a trusted proxy? */
  hasSent(request: IncomingMessage): boolean {
    return this.has(readPeer(request));
  }

  /**
   * Whose request this is. Each trusted proxy has appended the address that reached it, so the last
   * one that is no proxy of ours is the client's; whatever is before that, the client has sent.
   */
  findClient(request: IncomingMessage): string {
    const peer = readPeer(request);
    if (!this.has(peer)) return peer;
    const forwarded = [request.headers["x-forwarded-for"] ?? ""].flat().join(",").split(",");
    const addresses = forwarded.map((address) => address.trim()).filter((address) => isIP(address) !== 0);
    return addresses.findLast((address) => !this.has(address)) ?? addresses[0] ?? peer;
  }
}

/** A server that listens on IPv6 sees IPv4 addresses as ::ffff:192.0.2.1. */
const readPeer = ({ socket }: IncomingMessage): string => (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d)/i, "");
