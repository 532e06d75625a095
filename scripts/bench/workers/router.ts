/** Passes a request on to the service that a header names: many isolates behind one port. */
export default {
  fetch(request: Request, services: Readonly<Record<string, { fetch(request: Request): Promise<Response> }>>) {
    const service = services[request.headers.get("x-bench-isolate") ?? ""];
    return service?.fetch(request) ?? new Response("No such isolate", { status: 404 });
  },
};
