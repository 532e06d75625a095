import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type AfanasyOptions, makeSubmission, refuseWord } from "../../../../worker/actions/farm/afanasy-submission.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { readTaskInfo } from "../../../../worker/launch/template-variables.ts";
import { validateJob } from "../../../../worker/services/afanasy-job.ts";
import { Afanasy, type AfanasySettings } from "../../../../worker/settings/afanasy-settings.ts";
import { explainMember } from "../../../../worker/settings/setting-schemas.ts";
import { makeSelected } from "../../../support/worker/selected.ts";

const BLENDER = {
  id: "blender",
  title: "Blender",
  service: "blender",
  parser: "blender_cycles",
  scene: "/mnt/prod/{project.code}/{sequence}/{entity}/{entity}.blend",
  output: "/mnt/render/{project.code}/{entity}",
  command: 'blender -b "{scene}" -o "{output}/{entity}.####" -s @#@ -e @#@ -a',
  files: ["{output}/{entity}.@####@.png"],
  working_directory: "/mnt/prod/{project.code}",
};

function settingsOf(template: object = {}, more: object = {}): AfanasySettings {
  const set = { url: "https://afanasy.studio.tld", templates: [{ ...BLENDER, ...template }], ...more };
  return { ...v.parse(Afanasy, set), token: undefined, access: undefined };
}

type Parts = {
  entity?: object;
  login?: string | undefined;
  type?: string;
  template?: object;
  settings?: object;
  choice?: Partial<AfanasyOptions>;
};

function submission({ entity, login = "Ada", type, template, settings, choice }: Parts = {}) {
  const one = makeSelected({
    entity: { name: "SH010", data: { frame_in: 101, frame_out: 148 }, ...entity },
    parent: { type: "Sequence", name: "SQ01" },
    project: { name: "Demo", code: "demo" },
    ...(type !== undefined && { type }),
  });
  const facts = readTaskInfo(one, {
    previews: new Map(),
    entityTypes: new Map(),
    person: { id: "ada", name: "Ada" },
    zouPerson: { desktop_login: login },
  });
  const farm = settingsOf(template, settings);
  const [first] = farm.templates;
  if (first === undefined) throw new Error("There is one");
  return makeSubmission(
    facts,
    { template: first, frames: "", framesPerTask: 4, priority: 50, isPaused: false, ...choice },
    farm,
  );
}

function jobOf(parts?: Parts) {
  const made = submission(parts);
  if ("problem" in made) throw new Error(toEnglish(made.problem));
  expect(validateJob(made.submission.job)).toBeUndefined();
  return made.submission.job;
}

const problemOf = (parts: Parts) => {
  const made = submission(parts);
  return "problem" in made ? toEnglish(made.problem) : `It was made: ${JSON.stringify(made.submission.job.blocks)}`;
};

describe("a shot as a job", () => {
  it("has blocks with harmless names, whatever the title of the template", () => {
    expect(jobOf({ template: { title: 'Blender "Cycles" \\o/' } }).blocks[0]?.name).toBe("Blender _Cycles_ _o/");
  });

  it("is the studio's template, filled in", () => {
    expect(jobOf()).toEqual({
      name: expect.stringMatching(/^Demo SH\d+ \/ Animation$/),
      user_name: "ada",
      host_name: "kitsu-actions",
      priority: 50,
      project: "Demo",
      branch: "/",
      folders: { output: "/mnt/render/demo/SH010" },
      blocks: [
        {
          name: "Blender",
          service: "blender",
          parser: "blender_cycles",
          command:
            'blender -b "/mnt/prod/demo/SQ01/SH010/SH010.blend" -o "/mnt/render/demo/SH010/SH010.####" -s @#@ -e @#@ -a',
          files: ["/mnt/render/demo/SH010/SH010.@####@.png"],
          working_directory: "/mnt/prod/demo",
          flags: 1,
          frame_first: 101,
          frame_last: 148,
          frames_per_task: 4,
          frames_inc: 1,
        },
      ],
    });
  });

  it("has the ids of Kitsu", () => {
    const made = submission();
    expect("submission" in made && made.submission.kitsu).toEqual({
      project: "p",
      entity: expect.stringMatching(/^e-/),
      task: expect.stringMatching(/^task-/),
    });
  });

  it("has a block for each range of frames", () => {
    const { blocks } = jobOf({ choice: { frames: "1-10, 20,30-40" } });
    expect(blocks.map(({ name }) => name)).toEqual(["Blender 1-10", "Blender 20-20", "Blender 30-40"]);
    expect(blocks).toMatchObject([
      { frame_first: 1, frame_last: 10 },
      { frame_first: 20, frame_last: 20 },
      { frame_first: 30, frame_last: 40 },
    ]);
  });

  it("has what the studio set besides the command", () => {
    const job = jobOf({
      template: { block: { capacity: 2_000, need_memory: 16_384 }, job: { hosts_mask: "gpu.*", max_running_tasks: 8 } },
      settings: { branch: "/kitsu", project: "{project.code|upper}" },
      choice: { isPaused: true },
    });
    expect(job).toMatchObject({
      offline: true,
      branch: "/kitsu",
      project: "DEMO",
      hosts_mask: "gpu.*",
      max_running_tasks: 8,
    });
    expect(job.blocks[0]).toMatchObject({ capacity: 2_000, need_memory: 16_384 });
  });

  it("says how its masks are to be read, because servers match beginnings of names by default", () => {
    const typeOf = (job: object) => jobOf({ template: { job } }).hosts_mask_type;
    expect(typeOf({ hosts_mask: "gpu.*" })).toBe("regex");
    expect(typeOf({ hosts_mask_exclude: "ws\\d+" })).toBe("regex");
    expect(typeOf({ hosts_mask: "gpu", hosts_mask_type: "find" })).toBe("find");
    expect(typeOf({ max_running_tasks: 8 })).toBeUndefined();
  });

  it("has a name that the server can use for a folder, however long the names in it are", () => {
    const { name } = jobOf({ type: "ア".repeat(120) });
    expect(name).toMatch(/^Demo SH\d+ \/ ア+$/);
    expect(new TextEncoder().encode(name).length).toBeGreaterThan(197);
  });

  it("has a harmless name, whatever the shot is called", () => {
    expect(
      jobOf({
        settings: { project: 'a "b"\n{entity}' },
        template: {
          command: "render @#@",
          scene: undefined,
          output: undefined,
          files: [],
          working_directory: undefined,
        },
        entity: { name: "Ü$(x)" },
      }).project,
    ).toBe("a _b__Ü__x_");
  });

  it("has the frame range from Kitsu", () => {
    expect(jobOf({ entity: { data: { frame_in: "101", frame_out: "110" } } }).blocks[0]).toMatchObject({
      frame_first: 101,
      frame_last: 110,
    });
  });
});

describe("a shot is refused", () => {
  it.each([
    ["double quotes", 'SH"; rm -rf / #', 'has "'],
    ["single quotes", "SH'010", "has '"],
    ["backticks", "SH`id`", "has `"],
    ["$()", "SH$(id)", "has $"],
    ["a backslash", "SH\\010", "has \\"],
    [";", "SH;id", "has ;"],
    ["&", "SH&id", "has &"],
    ["|", "SH|id", "has |"],
    ["<", "SH<id", "has <"],
    ["a line break", "SH\nid", "has a control character"],
    ["%", "SH%PATH%", "has %"],
    ["a frame pattern", "SH@#@", "has @"],
    ["#", "SH#", "has #"],
    ["a quote that Windows makes of another", "SH\u02ba", "has \u02ba"],
    ["a bar that is a letter", "SH\u01c0", "has \u01c0"],
    ["a fullwidth quote", "SH\uff02", "has \uff02"],
    ["an accent by itself", "e\u0301te", "has an accent as a separate character (NFD)"],
    ["a character without width", "SH\u200b", "has a control character"],
    ["an emoji", "SH🎬", "has 🎬"],
    ["..", "../../etc", 'has ".."'],
    ["nothing but a dot", ".", 'has ".."'],
    ["a hyphen first, as options have it", "-P", 'starts with "-"'],
    ["=", "a=b", "has ="],
    ["*", "SH*", "has *"],
    ["~", "~root", "has ~"],
    ["!", "SH!", "has !"],
  ])("if its name has %s", (_, name, problem) => {
    expect(problemOf({ entity: { name } })).toContain(problem);
    expect(problemOf({ entity: { name } })).toContain("{entity}");
  });

  it.each(["été", "Schloß", "مشهد", "シーン_01", "сцена 1"])(
    "but not because of letters of its language: %s",
    (name) => {
      expect(jobOf({ entity: { name } }).blocks[0]?.command).toContain(`/${name}.blend"`);
    },
  );

  it("if a studio's own column has such a character", () => {
    const template = { command: 'render "{entity.data.cam}" @#@' };
    expect(problemOf({ template, entity: { data: { cam: "a`b", frame_in: 1, frame_out: 2 } } })).toContain(
      "{entity.data.cam} has `",
    );
    expect(
      jobOf({ template, entity: { data: { cam: "cam 1/left", frame_in: 1, frame_out: 2 } } }).blocks[0]?.command,
    ).toBe('render "cam 1/left" @#@');
  });

  it("if a variable of the template has no value", () => {
    expect(problemOf({ template: { command: 'render "{episode}" @#@' } })).toBe("{episode} has no value");
    expect(problemOf({ login: "" })).toBe("{person.desktop_login} has no value");
    expect(jobOf({ login: "", settings: { user: "{person.desktop_login|lower|default:kitsu}" } }).user_name).toBe(
      "kitsu",
    );
  });

  it("if the person's login is not a valid user name for Afanasy", () => {
    expect(problemOf({ login: 'ada"' })).toContain("is not a valid user name for Afanasy");
  });

  it("if the template is not for its type of task", () => {
    expect(problemOf({ template: { task_types: ["Lighting", "Compositing"] } })).toBe(
      "Blender is for Lighting and Compositing",
    );
    expect(jobOf({ type: "Lighting", template: { task_types: ["Lighting"] } }).blocks.length).toBe(1);
  });

  it.each([
    [{ data: {} }, "This shot has no frame range in Kitsu: enter one here, or set it on the shot"],
    [{ data: { frame_in: 148, frame_out: 101 }, nb_frames: 48 }, "Its frames run backwards in Kitsu, from 148 to 101"],
    [{ data: { frame_in: 101.5, frame_out: 148 }, nb_frames: 48 }, "Kitsu has frame 101.5, which is not a whole frame"],
    [{ data: { frame_in: 1, frame_out: 1_000_000 } }, "1,000,000 frames are more than the limit of 10,000 per shot"],
  ])("if its frames are %j", (entity, problem) => {
    expect(problemOf({ entity })).toBe(problem);
  });
});

describe("a word of a command", () => {
  it("is refused for every character that is not on the list", () => {
    // Letters that a code page of Windows turns into a special character of the shell are not
    // allowed.
    const isLookalike = (code: number) =>
      (code >= 0x1c0 && code <= 0x1c3) || (code >= 0x2b0 && code <= 0x36f) || [0x374, 0x37a, 0x559].includes(code);
    for (let code = 0; code < 0x3_000; code += 1) {
      const character = String.fromCharCode(code);
      const isAllowed =
        code < 0x80
          ? /^[A-Za-z0-9_./ -]$/.test(character)
          : /^[\p{L}\p{Mn}\p{Mc}\p{Nd}]$/u.test(character) && !isLookalike(code);
      expect(refuseWord(`a${character}b`, "{entity}") === undefined, `U+${code.toString(16)}`).toBe(isAllowed);
    }
  });
});

describe("the setting AFANASY", () => {
  const explain = (more: object, template: object = {}) => {
    const set = { url: "https://afanasy.studio.tld", templates: [{ ...BLENDER, ...template }], ...more };
    const parsed = v.safeParse(Afanasy, set);
    return parsed.success ? "right" : toEnglish(explainMember(parsed.issues[0], v.getDotPath(parsed.issues[0]) ?? ""));
  };

  it("accepts the example in the documentation", () => {
    expect(explain({})).toBe("right");
    expect(explain({}, { scene: "/mnt/développement/{entity}.blend", files: ["/mnt/été/{entity}.@####@.png"] })).toBe(
      "right",
    );
    expect(
      explain({
        priority: { default: 40, least: 10, most: 80 },
        at_once: 4,
        page: "https://farm.tld",
        branch: "/kitsu",
      }),
    ).toBe("right");
  });

  it.each([
    [{}, { command: "blender -b {scene} @#@" }, "templates.0.command must have every variable in double quotes"],
    [{}, { command: 'blender "a" {entity} "b"' }, "templates.0.command must have every variable in double quotes"],
    [{}, { command: 'blender "{entity}' }, "templates.0.command must have every variable in double quotes"],
    [{}, { command: '"{entity}" -x' }, "templates.0.command must start with a program"],
    [{}, { command: 'blender\n"{entity}"' }, "templates.0.command must be one line"],
    [{}, { command: 'blender "{nothing}"' }, "templates.0.command has the unknown variable {nothing}"],
    [{}, { scene: "/mnt/$(id)/{entity}" }, "templates.0.scene may have only letters"],
    [{}, { scene: undefined }, 'templates.0 uses {scene} but has no "scene"'],
    [{}, { output: undefined }, 'templates.0 uses {output} but has no "output"'],
    [{}, { service: "blender; id" }, "templates.0.service must be a name"],
    [{}, { frames_per_task: 1.5 }, "templates.0.frames_per_task must be a whole number"],
    [{}, { block: { capacity: 1.5 } }, "templates.0.block.capacity must be a whole number"],
    [{}, { job: { command_post: "id" } }, "templates.0.job.command_post"],
    [{ templates: [] }, {}, "templates must have a template"],
    [{ templates: [BLENDER, BLENDER] }, {}, "templates must not have two templates with the same id"],
    [{ branch: "/a/b" }, {}, 'branch must be "/" with at most one name'],
    [{ priority: { least: 90, default: 10 } }, {}, "priority must have least <= default <= most"],
    [{ priority: { least: 0 } }, {}, "priority.least must be at least 1"],
    [
      {},
      { job: { hosts_mask: "(" } },
      'templates.0.job.hosts_mask is not a regular expression that Afanasy can read; set hosts_mask_type = "find"',
    ],
    [{}, { job: { hosts_mask_exclude: "a(?<b)" } }, "templates.0.job.hosts_mask_exclude is not a regular expression"],
    [
      {},
      { job: { hosts_mask: "(", hosts_mask_type: "glob" } },
      'templates.0.job.hosts_mask_type must be "find" or "regex"',
    ],
    [{}, { job: { need_os: "lin.*" } }, "templates.0.job.need_os is compared literally"],
    [{ url: "afserver:51000" }, {}, "url must be an address"],
    [{ command_pre: "x" }, {}, "command_pre"],
  ])("says what is wrong: %j %j", (more, template, problem) => {
    expect(explain(more, template)).toContain(problem);
  });
});
