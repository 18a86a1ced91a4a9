# expect ok: [...]
# control: cell_errors: nothing
class Node(list):
    def __repr__(self):
        return "".join(repr(part) for part in self)
node = Node()
node.append(node)
result = node
