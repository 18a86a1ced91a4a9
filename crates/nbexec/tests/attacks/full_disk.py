# expect ok: [(True, True), (True, True), (True, True), (True, True)]
# container ok: [(False, True), (False, True), (False, True), (False, True)]
# control --scratch-mb 64: ok: [(False, True), (False, True), (False, True), (False, True)]
import os
def fills(folder):
    written = 0
    try:
        for number in range(100):
            with open("%s/%d" % (folder, number), "wb") as file:
                for _ in range(8):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    for number in range(100):
        if os.path.exists("%s/%d" % (folder, number)):
            os.remove("%s/%d" % (folder, number))
    # A container has one disk for the notebook's scratch and the copy of its files.
    return 1 << 20 < written <= 33 << 20, 1 << 20 < written <= 97 << 20
result = [fills("."), fills("/tmp"), fills("/dev/shm"), fills(os.path.expanduser("~"))]
