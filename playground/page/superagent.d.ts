/** The part of superagent 10 that Kitsu uses for a custom action. */
declare module "superagent" {
  type Response = { status: number; text: string };
  type Request = Promise<Response> & { withCredentials(): Request; send(data: object): Request };
  const superagent: { post(url: string): Request };
  export default superagent;
}
