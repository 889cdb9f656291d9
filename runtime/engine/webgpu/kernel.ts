/**
 * A kernel: WGSL, and how it is called. It reads its words as `p`, its arrays as `a0`, `a1`, ..., and writes `r0`,
 * `r1`, .... The first word is the number of entries or of groups; `numbers` are the names of those behind it, and what
 * follows stands from `tail` on.
 */
export interface Kernel {
  /** an invocation for each entry, number `i`; or a group of 256 lanes, number `group`, each with its `lane` */
  readonly form: "entries" | "groups";
  /** the types of the arrays that are read */
  readonly reads: readonly ("f32" | "u32")[];
  readonly writes: number;
  readonly numbers: readonly string[];
  /** declarations before the kernel's own function */
  readonly declarations?: string;
  readonly body: string;
}

/** Invocations of a group. */
export const LANES = { entries: 64, groups: 256 } as const;

/** Most groups along an axis of a dispatch: WebGPU's limit on every device. */
const MOST_GROUPS = 65535;

/** The extents of a dispatch of that many entries or groups. */
export function groupsOf({ form }: Kernel, count: number): readonly [number, number] {
  const groups = form === "entries" ? Math.ceil(count / LANES.entries) : count;
  const across = Math.min(groups, MOST_GROUPS);
  return [across, Math.ceil(groups / across)];
}

/** A number as a word: whole ones as they are, negative ones by their complement. */
export function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

/**
 * `place`: where the entry number `index` of an array of `rank` extents stands in another, by its strides; extents stand
 * in the words from `at` on, strides behind them. Compilers of WGSL may take it that there is neither NaN nor infinity:
 * they are made of bits and known by them.
 */
const PRELUDE = `
var<private> infinite: u32 = 0x7f800000u;
fn infinity() -> f32 { return bitcast<f32>(infinite); }
fn no_number() -> f32 { return bitcast<f32>(infinite | 0x400000u); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn larger(a: f32, b: f32) -> f32 { if (is_nan(a) || is_nan(b)) { return no_number(); } return select(b, a, a > b); }
fn smaller(a: f32, b: f32) -> f32 { if (is_nan(a) || is_nan(b)) { return no_number(); } return select(b, a, a < b); }
fn float(at: u32) -> f32 { return bitcast<f32>(p[at]); }
fn place(index: u32, at: u32, rank: u32) -> u32 {
  var rest = index;
  var sum = 0u;
  for (var axis = rank; axis > 0u; axis--) {
    let extent = p[at + axis - 1u];
    sum += (rest % extent) * p[at + rank + axis - 1u];
    rest /= extent;
  }
  return sum;
}
`;

/** `total`: the sum of what the lanes of a group bring. */
const GROUPS = `
var<workgroup> parts: array<f32, ${LANES.groups}>;
fn total(lane: u32, value: f32) -> f32 {
  parts[lane] = value;
  for (var step = ${LANES.groups / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lane < step) { parts[lane] += parts[lane + step]; }
  }
  workgroupBarrier();
  let sum = parts[0];
  workgroupBarrier();
  return sum;
}
`;

const START = {
  entries: `@compute @workgroup_size(${LANES.entries})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${LANES.entries}u;
  if (i >= p[0]) { return; }`,
  groups: `@compute @workgroup_size(${LANES.groups})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = id.x + id.y * groups.x;
  if (group >= p[0]) { return; }`,
} as const;

/** The module of a kernel. */
export function moduleOf({ form, reads, writes, numbers, declarations = "", body }: Kernel): string {
  const bound = [
    "var<storage, read> p: array<u32>;",
    ...reads.map((type, index) => `var<storage, read> a${index}: array<${type}>;`),
    ...Array.from({ length: writes }, (_, index) => `var<storage, read_write> r${index}: array<f32>;`),
  ];
  return [
    ...bound.map((text, index) => `@group(0) @binding(${index}) ${text}`),
    PRELUDE,
    form === "groups" ? GROUPS : "",
    declarations,
    START[form],
    ...numbers.map((name, index) => `  let ${name} = p[${index + 1}];`),
    `  let tail = ${numbers.length + 1}u;`,
    body,
    "}",
  ].join("\n");
}
