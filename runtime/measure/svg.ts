/** The font of all figures, with what a browser without it may take instead. */
const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";

/** Attributes of an element; undefined ones are left out, numbers are rounded to 1/100. */
export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** An SVG element with its children, already SVG, between. */
export function element(name: string, attributes: SvgAttributes, children: readonly string[] = []): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${escapeXml(typeof value === "number" ? decimal(value) : (value ?? ""))}"`,
    )
    .join("");
  return children.length === 0 ? `<${name}${list}/>` : `<${name}${list}>${children.join("")}</${name}>`;
}

/** A line of text. */
export function text(content: string, attributes: SvgAttributes): string {
  return element("text", attributes, [escapeXml(content)]);
}

/** A whole drawing on white, with a title for readers that cannot see it. */
export function drawing(width: number, height: number, title: string, children: readonly string[]): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    width,
    height,
    viewBox: `0 0 ${decimal(width)} ${decimal(height)}`,
    role: "img",
    "font-family": FONT_FAMILY,
  };
  const ground = element("rect", { width, height, fill: "#ffffff" });
  return `${element("svg", attributes, [element("title", {}, [escapeXml(title)]), ground, ...children])}\n`;
}

/** A number with at most two decimals, never in exponential form. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

/** Text without the characters that XML gives a meaning, and without control characters, which it forbids. */
function escapeXml(content: string): string {
  return [...content]
    .filter((character) => character >= " " || character === "\n" || character === "\t")
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
