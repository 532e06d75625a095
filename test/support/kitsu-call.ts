/** A call as Kitsu sends it for one task, in its AJAX mode. All ids are this one. */
export const makeKitsuCall = (kitsu: string, id: string) => ({
  method: "POST",
  headers: { origin: kitsu, "content-type": "application/json" },
  body: JSON.stringify({
    entitytype: "shot",
    originurl: `/productions/${id}/shots`,
    selection: [id],
    productionid: id,
    userid: id,
    useremail: "ada@studio.example",
  }),
});
