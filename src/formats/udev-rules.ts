// Rules of udev (udev(7)): a line each, `KEY OPERATOR "VALUE"` separated by commas; a backslash at the end continues a line.

export interface RuleWord {
  /** With its attribute: `ENV{SYSTEMD_READY}`. */
  readonly key: string;
  readonly operator: string;
  readonly value: string;
}

export type Rule = readonly RuleWord[];

export function parseUdevRules(text: string): readonly Rule[] {
  return text
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .map((line) =>
      [...line.matchAll(WORD)].map(([, key = '', operator = '', value = '']) => ({
        ...{ key, operator, value },
      })),
    );
}

const WORD =
  /(?<![A-Z])([A-Z]+(?:\{[^{}"]*\})?)[ \t]*(==|!=|\+=|-=|:=|=)[ \t]*[ei]*"((?:[^"\\]|\\.)*)"/g;
