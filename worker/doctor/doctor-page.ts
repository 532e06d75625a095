// The doctor's page: what to fix first, and all findings in the order in which to fix them.
// Its frame is in the reader's language; the findings are in English.
import { message } from "../format/message.ts";
import { adviseSecret } from "../format/setting-problem.ts";
import { type Content, html } from "../pages/html.ts";
import { type PageContext, renderPage } from "../pages/layout.ts";
import { renderLogNavigation } from "../pages/log-navigation.ts";
import { type Diagnosis, GROUPS, type GroupedFinding, LEVELS, type Level } from "./finding.ts";

export function renderDoctor(context: PageContext, { findings }: Diagnosis): Response {
  const { basePath, kitsuUrls } = context.settings;
  const first = findings.find(({ level }) => level === "broken") ?? findings.find(({ level }) => level === "risky");
  const counts = LEVELS.map((level) => [level, findings.filter((one) => one.level === level).length] as const);
  return renderPage({
    ...context,
    title: message("doctor.title"),
    kitsuUrl: kitsuUrls[0],
    body: html`${renderLogNavigation(basePath, "doctor")}
<section>
<h1>${message("doctor.title")}</h1>
<p>${counts.map(([level, count]) => count > 0 && html`${renderLevel(level, count)} `)}</p>
${first !== undefined && html`<h2>${message("doctor.fixFirst")}</h2><ul class="findings" lang="en">${renderFinding(first)}</ul>`}
<p><a class="button primary" href="${basePath}/doctor">${message("doctor.checkAgain")}</a> <a class="button" href="${basePath}/doctor.json">${message("log.json")}</a></p>
</section>
<section>
${GROUPS.map((group) => renderGroup(group, findings))}
</section>`,
  });
}

function renderGroup(group: GroupedFinding["group"], findings: readonly GroupedFinding[]): Content {
  const own = findings.filter((one) => one.group === group);
  return (
    own.length > 0 &&
    html`<h2>${message("doctor.group", { group })}</h2>
<ul class="findings" lang="en">${own.map(renderFinding)}</ul>`
  );
}

const renderFinding = ({ level, subject, text, fix, measured }: GroupedFinding): Content => html`<li class="${level}">
${renderLevel(level)}
<div><p><strong>${subject}</strong> ${text}${measured !== undefined && html` <span class="quiet">${measured}</span>`}</p>${fix !== undefined && html`<p class="fix">${fix}</p>`}</div>
</li>
`;

const renderLevel = (level: Level, count?: number): Content =>
  html`<span class="tag ${level}">${message("doctor.level", { level })}${count !== undefined && html` ${count}`}</span>`;

/** For strangers as well: it says nothing but how to open the doctor. */
export function renderClosedDoctor(context: PageContext): Response {
  return renderPage({
    ...context,
    title: message("doctor.title"),
    status: 403,
    body: html`<section>
<h1>${message("doctor.title")}</h1>
<p>${adviseSecret("LOG_TOKEN", message("access.setLogToken"))}</p>
<p><a class="button primary" href="${context.settings.basePath}/doctor">${message("doctor.checkAgain")}</a></p>
</section>`,
  });
}
