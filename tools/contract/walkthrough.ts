// docs/walkthrough.md once more, by a client that is generated from docs/openapi.json: what the contract says of a member is
// checked when this is compiled, and that the service keeps to it when it runs.
import createClient from "openapi-fetch";
import type { components, paths } from "./obj/api.js";

type Schemas = components["schemas"];
declare const process: { argv: string[]; exitCode: number };

const [, , address, adminKey] = process.argv;

function clientOf(key: string) {
  const client = createClient<paths>({ baseUrl: address! });
  client.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${key}`);
      if (request.method === "POST") request.headers.set("Idempotency-Key", crypto.randomUUID());
      return request;
    },
  });
  return client;
}

type Answered<T> = { data?: T; error?: Schemas["ProblemDetails"] };

async function done<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error } = await call;
  if (data === undefined) throw new Error(`refused: ${error?.code} ${error?.detail}`);
  return data;
}

async function refused(call: Promise<Answered<unknown>>, code: string): Promise<void> {
  const { error } = await call;
  if (error?.code !== code) throw new Error(`expected ${code}, got ${error?.code}`);
}

function expect(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`expected ${String(wanted)}, got ${String(found)}`);
}

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const day = (days: number) => new Date(Date.now() + days * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);

const admin = clientOf(adminKey!);

async function body(id: string, name: string, kind: Schemas["BodyKind"], region: string, sectors: string[] = []) {
  await done(admin.POST("/api/v1/bodies", { body: { id, name, kind, region, sectors } }));
}

async function key(id: string, roles: Schemas["Role"][], region: string) {
  const answer = await done(admin.POST("/api/v1/api-keys", { body: { client: id, body: id, roles, region } }));
  return clientOf(answer.secret!);
}

// 1. Bodies and keys
await body("ts-dali", "大理州安全生产委员会办公室", "committeeOffice", "5329");
await body("ts-office", "巍山县安全生产委员会办公室", "committeeOffice", "532927");
await body("ts-gov", "巍山县人民政府", "government", "532927");
await body("ts-housing", "巍山县住房和城乡建设局", "regulator", "532927", ["city_gas", "construction"]);
await body("ts-bj", "东城区安委办", "committeeOffice", "110101");
const dali = await key("ts-dali", ["coordinator", "listingAuthority", "supervisor", "inspector"], "5329");
const office = await key("ts-office", ["reporter", "coordinator", "inspector"], "532927");
const gov = await key("ts-gov", ["responsible"], "532927");
const housing = await key("ts-housing", ["responsible"], "532927");
const elsewhere = await key("ts-bj", ["reporter", "coordinator"], "110101");

// 2. A silent leg: whatever the other does, the hazard stays where the slowest stands, and the lists name who it is
const pond = (await done(office.POST("/api/v1/hazards", {
  body: { source: "expert", region: "532927", sector: "city_gas", title: "调压箱围栏缺失", description: "专家会诊发现调压箱围栏缺失，车辆可能碰撞", occurredAt: ago(30) },
}))).id;
const ofPond = { path: { id: pond } };
const works = { path: { id: pond, leg: "territorial" as const } };
await done(office.POST("/api/v1/hazards/{id}/verification", { params: ofPond, body: { level: "general", occurredAt: ago(29) } }));
await done(office.POST("/api/v1/hazards/{id}/assignments", {
  params: ofPond,
  body: {
    occurredAt: ago(28),
    legs: [
      { leg: "territorial", body: "ts-gov", deadline: day(-8), instructions: "落实值守，组织抢修", supervisor: "ts-dali" },
      { leg: "sectoral", body: "ts-housing", deadline: day(-8), instructions: "指导抢修并验收" },
    ],
  },
}));
await done(gov.POST("/api/v1/hazards/{id}/legs/{leg}/acknowledgement", { params: works, body: { responsiblePerson: "分管副县长", occurredAt: ago(27) } }));
await done(gov.POST("/api/v1/hazards/{id}/legs/{leg}/progress", { params: works, body: { percent: 60, note: "已安装围栏两处", spent: 3.5, occurredAt: ago(15) } }));
const overdue = await done(dali.GET("/api/v1/lists/overdue", { params: { query: { region: "532927" } } }));
expect(typeof overdue !== "string" && JSON.stringify(overdue.items).includes("ts-housing"), true);
await done(dali.POST("/api/v1/hazards/{id}/urgings", { params: ofPond, body: { leg: "sectoral", message: "交办已28天仍未签收，请立即办理" } }));
await done(dali.POST("/api/v1/hazards/{id}/notices", {
  params: ofPond, body: { leg: "sectoral", requirements: "三日内书面说明", replyBy: day(3), documentNumber: "大政督〔2026〕15号" },
}));
await refused(elsewhere.GET("/api/v1/hazards/{id}", { params: ofPond }), "hazard.not_found");

// 3. A gas company, listed by the prefecture
const reported = await done(office.POST("/api/v1/hazards", {
  body: {
    source: "inspection", region: "532927", sector: "city_gas", title: "燃气公司储配站与居民楼安全间距不足",
    description: "储配站西侧新建居民楼距储罐仅12米", enterprise: { name: "巍山某燃气有限公司" }, place: { text: "南诏镇储配站" }, occurredAt: ago(20),
  },
}));
const id = reported.id;
const hazard = { path: { id } };
const territorial = { path: { id, leg: "territorial" as const } };
const sectoral = { path: { id, leg: "sectoral" as const } };
await refused(office.POST("/api/v1/hazards/{id}/verification", { params: hazard, body: { level: "major", occurredAt: ago(19) } }), "grading.basis_required");
const verified = await done(office.POST("/api/v1/hazards/{id}/verification", { params: hazard, body: { level: "major", basis: "重大隐患判定标准第四条", occurredAt: ago(19) } }));
expect(verified.stage.code, "verified");
await done(office.POST("/api/v1/hazards/{id}/assignments", {
  params: hazard,
  body: {
    occurredAt: ago(18), documentNumber: "巍安委办交〔2026〕7号",
    legs: [
      { leg: "territorial", body: "ts-gov", deadline: day(40), instructions: "组织搬迁和警戒，按期销号" },
      { leg: "sectoral", body: "ts-housing", deadline: day(40), instructions: "督促企业按标准整改" },
    ],
  },
}));
await done(dali.POST("/api/v1/hazards/{id}/listing", {
  params: hazard,
  body: { level: "prefecture", deadline: day(40), requirements: "限期整改，按月报告", publishedIn: "大理州人民政府网站", documentNumber: "大安委办督〔2026〕3号", occurredAt: ago(17) },
}));
const listed = await done(dali.GET("/api/v1/lists/listed", { params: { query: { region: "5329" } } }));
expect(typeof listed !== "string" && listed.items.some(item => item.hazard.id === id), true);

// 4. Who may not
await refused(gov.POST("/api/v1/hazards/{id}/legs/{leg}/acknowledgement", { params: sectoral, body: {} }), "leg.not_yours");
await refused(elsewhere.GET("/api/v1/hazards/{id}", { params: hazard }), "hazard.not_found");

// 5. Plans, an extension, a failed re-inspection
const parts = { goals: "消除重大隐患", measures: "搬迁储罐", funds: "企业自筹", responsible: "公司总经理", timeLimits: "按交办期限", emergency: "停气检修预案" };
await done(gov.POST("/api/v1/hazards/{id}/legs/{leg}/acknowledgement", { params: territorial, body: { occurredAt: ago(17) } }));
await refused(gov.POST("/api/v1/hazards/{id}/legs/{leg}/plans", { params: territorial, body: { parts: { measures: "搬迁" } } }), "plan.parts_missing");
for (const [client, params] of [[gov, territorial], [housing, sectoral]] as const) {
  if (client === housing) await done(client.POST("/api/v1/hazards/{id}/legs/{leg}/acknowledgement", { params, body: { occurredAt: ago(17) } }));
  await done(client.POST("/api/v1/hazards/{id}/legs/{leg}/plans", { params, body: { parts, funds: 120.5, occurredAt: ago(15) } }));
  await done(office.POST("/api/v1/hazards/{id}/legs/{leg}/plan-reviews", { params, body: { verdict: "pass", comments: "方案可行", occurredAt: ago(14) } }));
}
await done(housing.POST("/api/v1/hazards/{id}/legs/{leg}/extension-requests", { params: sectoral, body: { to: day(60), reason: "检测机构排期延迟" } }));
await done(dali.POST("/api/v1/hazards/{id}/legs/{leg}/extension-decisions", { params: sectoral, body: { grant: true, comments: "同意延期一次" } }));
await done(gov.POST("/api/v1/hazards/{id}/legs/{leg}/completion", { params: territorial, body: { results: "已搬迁储罐一台", occurredAt: ago(9) } }));
await refused(gov.POST("/api/v1/hazards/{id}/legs/{leg}/reinspections", { params: territorial, body: { verdict: "pass", findings: "自查合格" } }), "role.forbidden");
await done(office.POST("/api/v1/hazards/{id}/legs/{leg}/reinspections", { params: territorial, body: { verdict: "fail", findings: "仍有一台储罐未搬迁", inspectors: "县安委办复查组", occurredAt: ago(7) } }));

// 6. Closure needs both legs
await done(gov.POST("/api/v1/hazards/{id}/legs/{leg}/completion", { params: territorial, body: { results: "两台储罐均已搬迁", occurredAt: ago(4) } }));
await done(office.POST("/api/v1/hazards/{id}/legs/{leg}/reinspections", { params: territorial, body: { verdict: "pass", findings: "间距满足要求", occurredAt: ago(3) } }));
await refused(office.POST("/api/v1/hazards/{id}/closure", { params: hazard, body: {} }), "hazard.stage_forbids");
await done(housing.POST("/api/v1/hazards/{id}/legs/{leg}/completion", { params: sectoral, body: { results: "改造完成并检测合格", occurredAt: ago(3) } }));
await done(office.POST("/api/v1/hazards/{id}/legs/{leg}/reinspections", { params: sectoral, body: { verdict: "pass", findings: "检测报告合格", occurredAt: ago(2) } }));
await refused(office.POST("/api/v1/hazards/{id}/closure", { params: hazard, body: {} }), "closure.still_listed");
await done(dali.POST("/api/v1/hazards/{id}/delisting", { params: hazard, body: { ground: "accepted", reason: "两方均验收合格", documentNumber: "大安委办督〔2026〕9号", occurredAt: ago(1) } }));
const closed = await done(office.POST("/api/v1/hazards/{id}/closure", { params: hazard, body: { remarks: "验收合格，予以销号" } }));
expect(closed.stage.code, "closed");
await refused(gov.POST("/api/v1/hazards/{id}/legs/{leg}/progress", { params: territorial, body: { percent: 100, note: "补报" } }), "hazard.not_open");
const before = new Date().toISOString();

// 7. A look-back that reopens
await done(office.POST("/api/v1/hazards/{id}/lookbacks", {
  params: hazard,
  body: {
    result: "recurred", findings: "防火墙被拆除一段，隐患反弹",
    legs: [
      { leg: "territorial", body: "ts-gov", deadline: day(15), instructions: "立即恢复防火墙" },
      { leg: "sectoral", body: "ts-housing", deadline: day(15), instructions: "约谈企业并重新验收" },
    ],
  },
}));
const found = await done(office.GET("/api/v1/hazards/{id}", { params: hazard }));
expect(found.hazard.stage, "assigned");

// 8. Who knew what, when
const board = await done(dali.GET("/api/v1/boards/closed-loop", { params: { query: { region: "5329" } } }));
expect(typeof board !== "string" && board.cells.length > 0, true);
expect((await done(dali.GET("/api/v1/hazards/{id}", { params: { ...hazard, query: { asOf: before } } }))).hazard.stage, "closed");
const story = await done(dali.GET("/api/v1/hazards/{id}/events", { params: hazard }));
expect(typeof story !== "string" && story.events.some(e => e.type === "reinspection_failed"), true);

// 9. A package of evidence, which the county does not see
const asked = await done(dali.POST("/api/v1/evidence", {
  body: { reason: "燃气公司储配站隐患调查", documentNumber: "大安委办函〔2026〕11号", hazards: [id] },
}));
const ofPackage = { path: { id: asked.id } };
let made = await done(dali.GET("/api/v1/evidence/{id}", { params: ofPackage }));
for (; !made.endedAt; made = await done(dali.GET("/api/v1/evidence/{id}", { params: ofPackage }))) await new Promise(later => setTimeout(later, 200));
expect(made.state.code, "ready");
const bytes = await done(dali.GET("/api/v1/evidence/{id}/package", { params: ofPackage, parseAs: "arrayBuffer" }));
const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as unknown as ArrayBuffer))].map(b => b.toString(16).padStart(2, "0")).join("");
expect(digest, made.digest);
await refused(office.GET("/api/v1/evidence/{id}", { params: ofPackage }), "evidence.not_found");
console.log(`walked: ${id}`);
