"""The peer of nbinstrument: the same probes from libcst, as the original Nalin used it.

    python3 libcst_instrument.py < scripts.jsonl > instrumented.jsonl

Reads script/1, writes instrumented/1 with the same code and sites for the default hooks, cell by cell. Says
on stderr how many lines it did a CPU-second, start of the interpreter and imports not counted. One pass, the
native parser, positions from libcst's own metadata; nothing is slower than the task needs.
"""

import json
import resource
import sys

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

NAMES = (cst.Tuple, cst.List)


def look(site, name):
    return cst.Call(cst.Name("_nalin_t"), [cst.Arg(cst.Integer(str(site))), cst.Arg(cst.Name(name))])


def brackets(value):
    return value.with_changes(lpar=[cst.LeftParen(), *value.lpar], rpar=[*value.rpar, cst.RightParen()])


def guard(probes, value):
    for probe in reversed(probes):
        value = cst.BooleanOperation(probe, cst.Or(), brackets(value))
    return value


def targets(node):
    """The names in a target, without those that the same target binds again."""
    if isinstance(node, cst.Name):
        return [node]
    if isinstance(node, cst.StarredElement):
        return targets(node.value)
    if isinstance(node, NAMES):
        return [name for element in node.elements for name in targets(element if isinstance(element, cst.StarredElement) else element.value)]
    return []


def last_of_each(names):
    last = {name.value: name for name in names}
    return [name for name in names if last[name.value] is name]


class Probes(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, cell, text, sites):
        super().__init__()
        self.cell, self.lines, self.sites = cell, text.split("\n"), sites
        self.scope, self.statement = [], []
        self.pending = {}

    # Sites are numbered on the way down, in the order of the source, as nbinstrument does it.

    def site(self, name, kind):
        at = self.get_metadata(PositionProvider, name).start
        statement = self.get_metadata(PositionProvider, self.statement[-1])
        first, last = statement.start, statement.end
        if isinstance(self.statement[-1], (cst.For, cst.With)):
            last = self.get_metadata(PositionProvider, self.statement[-1].body).start
        lines = self.lines[first.line - 1 : last.line]
        text = "\n".join(lines)[first.column :]
        self.sites.append(
            {
                "name": name.value,
                "kind": kind,
                "cell": self.cell["cell"],
                "line": first.line,
                "column": at.column + 1,
                "row": self.cell["first_row"] + first.line - 1,
                "physical_line": self.cell["physical_lines"][first.line - 1],
                "scope": ".".join(self.scope),
                "text": text[:200],
            }
        )
        return len(self.sites) - 1

    def probes(self, names, kind):
        return [look(self.site(name, kind), name.value) for name in last_of_each(names)]

    def on_visit(self, node):
        if isinstance(node, (cst.BaseSmallStatement, cst.For, cst.With)):
            self.statement.append(node)
        if isinstance(node, cst.Assign):
            names = [name for target in node.targets for name in targets(target.target)]
            self.pending[node] = self.probes(names, "assign")
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            self.pending[node] = self.probes(targets(node.target), "ann_assign")
        elif isinstance(node, cst.AugAssign):
            self.pending[node] = self.probes(targets(node.target), "aug_assign")
        elif isinstance(node, cst.NamedExpr) and self.statement:
            self.pending[node] = self.site(node.target, "walrus")
        elif isinstance(node, cst.For):
            self.pending[node] = self.probes(targets(node.target), "for")
        elif isinstance(node, cst.With):
            names = [name for item in node.items if item.asname for name in targets(item.asname.name)]
            self.pending[node] = self.probes(names, "with")
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.scope.append(node.name.value)
        return super().on_visit(node)

    def on_leave(self, original, updated):
        updated = super().on_leave(original, updated)
        if isinstance(original, (cst.BaseSmallStatement, cst.For, cst.With)):
            self.statement.pop()
        if isinstance(original, (cst.FunctionDef, cst.ClassDef)):
            self.scope.pop()
        elif isinstance(original, cst.NamedExpr) and original in self.pending:
            site = cst.Arg(cst.Integer(str(self.pending[original])))
            value = cst.Call(cst.Name("_nalin_w"), [site, cst.Arg(brackets(updated.value))])
            return updated.with_changes(value=value)
        elif isinstance(original, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            body = []
            for old, new in zip(original.body, updated.body):
                body.append(new)
                body += [cst.Expr(probe) for probe in self.pending.get(old, [])]
            return updated.with_changes(body=body) if len(body) > len(original.body) else updated
        elif isinstance(original, (cst.For, cst.With)) and self.pending.get(original):
            return updated.with_changes(body=first_in(updated.body, self.pending[original]))
        return updated


def first_in(block, probes):
    statements = [cst.Expr(probe) for probe in probes]
    if isinstance(block, cst.SimpleStatementSuite):
        return block.with_changes(body=[*statements, *block.body])
    return block.with_changes(body=[into(block.body[0], statements, probes), *block.body[1:]])


def into(first, statements, probes):
    if isinstance(first, cst.SimpleStatementLine):
        return first.with_changes(body=[*statements, *first.body])
    if isinstance(first, cst.If):
        return first.with_changes(test=guard(probes, first.test))
    if isinstance(first, cst.For):
        return first.with_changes(iter=guard(probes, first.iter))
    if isinstance(first, cst.With):
        item = first.items[0].with_changes(item=guard(probes, first.items[0].item))
        return first.with_changes(items=[item, *first.items[1:]])
    if isinstance(first, cst.Match):
        return first.with_changes(subject=guard(probes, first.subject))
    if isinstance(first, (cst.Try, cst.TryStar)):
        return first.with_changes(body=first_in(first.body, probes))
    return first


def instrument(script):
    lines = script["code"].split("\n")
    sites, broken = [], []
    for cell in script["cells"]:
        first, last = cell["first_row"] - 1, cell["last_row"]
        text = "\n".join(lines[first:last])
        before = len(sites)
        try:
            wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
            lines[first:last] = wrapper.visit(Probes(cell, text, sites)).code.split("\n")
        except (cst.ParserSyntaxError, RecursionError):
            broken.append(cell["cell"])
            del sites[before:]
    return {
        **script,
        "schema": "instrumented/1",
        "instrumented_code": "\n".join(lines),
        "sites": sites,
        "broken_cells": broken,
        "skipped": [],
    }


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    start, lines = cpu_seconds(), 0
    for line in sys.stdin:
        record = instrument(json.loads(line))
        lines += record["code"].count("\n")
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    seconds = cpu_seconds() - start
    print(f"libcst {cst.LIBCST_VERSION}: {lines} lines, {seconds:.2f} CPU-s, {lines / seconds:.0f} lines/CPU-s", file=sys.stderr)


if __name__ == "__main__":
    main()
