import { intervalText } from "../../types/interval.ts";
import { ARRAYS } from "../arrays/table.ts";
import type { FunctionName } from "../functions/entry.ts";
import { FUNCTION_SIGNATURES } from "../functions/index.ts";
import { FUNCTIONS } from "../functions/table.ts";
import type { LayerSignature } from "../layers/signature.ts";
import { LAYERS, type LayerName } from "../layers/table.ts";
import { METHODS } from "../methods/table.ts";
import {
  ARRAY_NAMES,
  FUNCTION_NAMES,
  LAYER_NAMES,
  METHOD_NAMES,
  NET_NAMES,
  OPERATOR_NAMES,
  SET_NAMES,
} from "../names.ts";
import type { NetSignature } from "../nets/signature.ts";
import { NETS } from "../nets/table.ts";
import { OPERATORS } from "../operators/table.ts";
import type { StatedProperty } from "../signature.ts";
import { ARRAY_PAGES } from "./arrays.ts";
import { FUNCTION_PAGES } from "./functions.ts";
import { LAYER_PAGES } from "./layers.ts";
import { METHOD_PAGES } from "./methods.ts";
import { NET_PAGES } from "./nets.ts";
import { OPERATOR_PAGES } from "./operators.ts";
import type { LibraryPage } from "./page.ts";
import { SET_PAGES } from "./sets.ts";
import {
  arraySignature,
  callText,
  functionSignature,
  initialSettings,
  layerSignature,
  operatorSignature,
  settingLines,
  wordLines,
} from "./signatures.ts";
import { FUNCTION_DEFINITIONS, OPERATOR_DEFINITIONS } from "./special.ts";

/** All that a page says of a name. */
export interface LibraryEntry {
  readonly name: string;
  readonly signature: string;
  readonly definition: string;
  /** what is known of it, a clause each */
  readonly properties: readonly string[];
  readonly page: LibraryPage;
}

/** A section of docs/library.md. */
export interface LibrarySection {
  readonly title: string;
  readonly entries: readonly LibraryEntry[];
}

/** Every name of the library, in the order of docs/library.md. */
export function librarySections(): readonly LibrarySection[] {
  return [
    { title: "Operators", entries: OPERATOR_NAMES.map(operatorEntry) },
    { title: "Functions to R", entries: FUNCTION_NAMES.map(functionEntry) },
    {
      title: "Sets",
      entries: SET_NAMES.map((name) => ({ name, properties: ["convex"], ...setParts(name) })),
    },
    { title: "Numbers, arrays and draws", entries: ARRAY_NAMES.map(arrayEntry) },
    { title: "Layers", entries: LAYER_NAMES.map(layerEntry) },
    { title: "Nets", entries: NET_NAMES.map(netEntry) },
    { title: "Methods", entries: METHOD_NAMES.map(methodEntry) },
  ];
}

function operatorEntry(name: (typeof OPERATOR_NAMES)[number]): LibraryEntry {
  const page = OPERATOR_PAGES[name];
  if (name === "vstack" || name === "hstack" || name === "blockdiag") {
    return { name, properties: [], page, ...OPERATOR_DEFINITIONS[name] };
  }
  const operator = OPERATORS[name];
  const stated = operator.properties(initialSettings(operator.settings)).map(propertyText);
  return {
    name,
    signature: operatorSignature(name, operator),
    definition: operator.definition,
    properties: [...stated, ...wordLines(operator.parameters), ...settingLines(operator.settings)],
    page,
  };
}

function propertyText({ property, bound }: StatedProperty): string {
  const root = bound === null ? null : bound ** 2;
  if (root === null || bound === null) return property;
  return Number.isInteger(bound) ? `${property} <= ${bound}` : `${property} <= sqrt(${Math.round(root)})`;
}

function functionEntry(name: FunctionName): LibraryEntry {
  const signature = FUNCTION_SIGNATURES[name];
  const text = { name, signature: functionSignature(name, signature), page: FUNCTION_PAGES[name] };
  if (name === "tv" || name === "indicator" || name === "conjugate") {
    return { ...text, definition: FUNCTION_DEFINITIONS[name], properties: ["convex"] };
  }
  const known = FUNCTIONS[name];
  const properties = [
    "convex",
    ...(known.gradientLipschitz === null ? [] : [`smooth, L = ${known.gradientLipschitz}`]),
    ...(known.stronglyConvex > 0 ? [`strongly_convex >= ${known.stronglyConvex}`] : []),
    ...(known.separable ? ["separable"] : []),
    ...(known.prox === null ? [] : ["proximable"]),
    ...settingLines(signature.settings),
  ];
  return { ...text, definition: known.definition, properties };
}

function setParts(name: (typeof SET_NAMES)[number]): Pick<LibraryEntry, "signature" | "definition" | "page"> {
  const page = SET_PAGES[name];
  return { signature: page.signature, definition: page.definition, page };
}

function arrayEntry(name: (typeof ARRAY_NAMES)[number]): LibraryEntry {
  const signature = ARRAYS[name];
  const layer = isLayer(name) ? layerProperties(LAYERS[name]) : [];
  return {
    name,
    signature: arraySignature(name, signature),
    definition: signature.definition,
    properties: [
      ...(layer.length > 0 ? ["also a layer", ...layer] : []),
      ...settingLines(signature.settings),
    ],
    page: ARRAY_PAGES[name],
  };
}

function isLayer(name: string): name is LayerName {
  return Object.hasOwn(LAYERS, name);
}

function layerEntry(name: (typeof LAYER_NAMES)[number]): LibraryEntry {
  const signature = LAYERS[name];
  return {
    name,
    signature: layerSignature(name, signature),
    definition: signature.definition,
    properties: [...layerProperties(signature), ...settingLines(signature.settings)],
    page: LAYER_PAGES[name],
  };
}

function layerProperties(layer: LayerSignature): readonly string[] {
  return [
    ...(layer.smooth === true ? ["smooth"] : []),
    ...(layer.convex ? ["convex"] : []),
    ...(layer.nondecreasing ? ["nondecreasing"] : []),
    ...(layer.slope === null ? [] : [`slope at most ${layer.slope}`]),
    ...(layer.range === null ? [] : [`range ${intervalText(layer.range)}`]),
    ...(layer.mixesSamples ? ["mixes the samples of a batch while training"] : []),
  ];
}

function netEntry(name: (typeof NET_NAMES)[number]): LibraryEntry {
  const net = NETS[name];
  const result = net.result === "image" ? "images to images" : "images to R";
  return {
    name,
    signature: callText(name, [], net.settings),
    definition: net.definition,
    properties: [result, ...smoothLines(net.smooth), ...settingLines(net.settings)],
    page: NET_PAGES[name],
  };
}

function smoothLines(smooth: NetSignature["smooth"]): readonly string[] {
  if (typeof smooth === "boolean") return smooth ? ["smooth"] : [];
  return [`smooth with ${smooth.words.map((word) => `\`${smooth.setting} = ${word}\``).join(" or ")}`];
}

function methodEntry(name: (typeof METHOD_NAMES)[number]): LibraryEntry {
  const page = METHOD_PAGES[name];
  return {
    name,
    signature: callText(name, [], METHODS[name]),
    definition: page.definition,
    properties: settingLines(METHODS[name]),
    page,
  };
}
