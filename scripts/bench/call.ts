// The call that every receiver gets: Kitsu's AJAX call for twelve selected tasks, as a browser
// sends it.
export const KITSU = "https://kitsu.studio.example";

const uuid = (last: number) => `5f0c3a7e-91d4-4c1b-8e6a-${last.toString(16).padStart(12, "0")}`;

const TASKS = 12;

const PATH = "/actions/debug";

const fields = {
  entitytype: "shot",
  originurl: `/productions/${uuid(1)}/shots`,
  originserver: new URL(KITSU).host,
  selection: Array.from({ length: TASKS }, (_, index) => uuid(0x1000 + index)),
  productionid: uuid(1),
  userid: uuid(2),
  useremail: "ada@studio.example",
};

const headers: Readonly<Record<string, string>> = {
  accept: "*/*",
  "accept-language": "en-GB,en;q=0.9",
  "content-type": "application/json",
  origin: KITSU,
  referer: `${KITSU}/`,
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "cross-site",
  "user-agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
};

/** The bytes of the call. */
export function writeCall(): string {
  const body = JSON.stringify(fields);
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(body.length) });
  return `POST ${PATH} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/**
 * Throws unless the receiver answers the call, and refuses a foreign page and an invalid selection.
 * @returns the address of the run
 */
export async function checkReceiver(address: string): Promise<string> {
  const answer = JSON.parse(await send(200, address, fields, headers));
  if (answer.reply.title !== `${TASKS} tasks received`) throw new Error(`Unexpected answer: ${JSON.stringify(answer)}`);
  await send(403, address, fields, { ...headers, origin: "https://elsewhere.example" });
  await send(400, address, { ...fields, selection: ["1 OR 1=1"] }, headers);
  return answer.run.url;
}

function send(
  status: number,
  address: string,
  body: unknown,
  sentHeaders: Readonly<Record<string, string>>,
): Promise<string> {
  return expectStatus(
    status,
    fetch(`${address}${PATH}`, { method: "POST", headers: sentHeaders, body: JSON.stringify(body) }),
  );
}

/** @returns the body; throws if the status is another one */
export async function expectStatus(status: number, answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const body = await response.text();
  if (response.status !== status) throw new Error(`Status ${response.status} instead of ${status}: ${body}`);
  return body;
}
