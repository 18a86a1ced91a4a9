"""Proves with Python's own parser, and apart from our code, that INSTRUMENTED is ORIGINAL with probes:
`same_tree.py ORIGINAL INSTRUMENTED`. Without the probes the trees are equal, and so are the lines of
every node."""

import ast
import sys


def is_look(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_nalin_t"


class Strip(ast.NodeTransformer):
    def visit_Expr(self, node):
        return None if is_look(node.value) else self.generic_visit(node)

    def visit_Call(self, node):
        node = self.generic_visit(node)
        return node.args[1] if getattr(node.func, "id", "") == "_nalin_w" else node

    def visit_BoolOp(self, node):
        guarded = isinstance(node.op, ast.Or) and is_look(node.values[0])
        assert not guarded or len(node.values) == 2
        return self.visit(node.values[1]) if guarded else self.generic_visit(node)

    def visit_comprehension(self, node):
        node.ifs = [
            test
            for test in node.ifs
            if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and is_look(test.operand))
        ]
        return self.generic_visit(node)


def tree(path):
    with open(path, encoding="utf-8") as file:
        return ast.parse(file.read())


def lines(root):
    return [(type(node).__name__, getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)) for node in ast.walk(root)]


original, instrumented = tree(sys.argv[1]), Strip().visit(tree(sys.argv[2]))
assert ast.dump(original) == ast.dump(instrumented), "the trees differ"
assert lines(original) == lines(instrumented), "lines have moved"
