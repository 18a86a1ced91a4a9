"""System calls that no notebook needs: refused by the kernel, whatever else holds or breaks.

Most of them need a capability that a notebook does not have; the filter is a second wall, and the only
one against making user namespaces where `max_user_namespaces` is not ours to set, and against sockets
of families that network namespaces do not cover (vsock reaches from a virtual machine to its host).

Calls that only take memory which nobody can count from outside, or a share of what all processes of a user have
together (inotify), are answered as by a kernel that does not have them: programs then do without.
"""

import ctypes
import errno
import os
import struct

# name: (x86_64, aarch64)
_REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
# The same, for calls that this kernel is not to have; -1: the machine has no such call.
_ABSENT = {
    "clone3": (435, 435),  # the C library then uses `clone`, whose flags can be seen here
    "fanotify_init": (300, 262),
    "inotify_init": (253, -1),
    "inotify_init1": (294, 26),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "msgget": (68, 186),
    "semget": (64, 190),
    "shmget": (29, 194),
    "vmsplice": (278, 75),  # memory that a pipe holds when its process has let go of it
}
# Machine: column, architecture, and the numbers of `clone`, `fcntl` and `socket`.
_MACHINES = {"x86_64": (0, 0xC000003E, 56, 72, 41), "aarch64": (1, 0xC00000B7, 220, 25, 198)}
_NEW_NAMESPACES = 0x7E020000
_CLONE_PARENT = 0x8000  # a child of the server, which knows nothing of it
# Commands of `fcntl`: a lease makes whoever opens a file outside wait, a notification tells of it; larger pipes.
_COMMANDS = (1024, 1026, 1031)
_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT, _SECOND = 0, 4, 16, 24


def program(machine):
    """The filter for a machine as bytes, `None` for a machine that is not known here."""
    if machine not in _MACHINES:
        return None
    column, architecture, clone, fcntl, socket = _MACHINES[machine]
    lines = []

    def add(code, value, if_true=0, if_false=0):
        lines.append(struct.pack("HBBI", code, if_true, if_false, value))

    def refuse(number):
        add(_RETURN, _ERRNO | number)

    add(_LOAD, _ARCHITECTURE)
    add(_EQUAL, architecture, 1, 0)
    refuse(errno.ENOSYS)
    add(_LOAD, _NUMBER)
    if machine == "x86_64":
        add(_AT_LEAST, 0x40000000, 0, 1)  # the x32 numbers of the same calls
        refuse(errno.ENOSYS)
    for calls, answer in ((_ABSENT, errno.ENOSYS), (_REFUSED, errno.EPERM)):
        for numbers in calls.values():
            if numbers[column] >= 0:
                add(_EQUAL, numbers[column], 0, 1)
                refuse(answer)
    add(_EQUAL, clone, 0, 4)
    add(_LOAD, _ARGUMENT)
    add(_ANY_BIT, _NEW_NAMESPACES | _CLONE_PARENT, 0, 1)
    refuse(errno.EPERM)
    add(_RETURN, _ALLOW)
    add(_EQUAL, fcntl, 0, 3 + len(_COMMANDS))
    add(_LOAD, _SECOND)
    for place, command in enumerate(_COMMANDS):
        add(_EQUAL, command, len(_COMMANDS) - 1 - place, int(place == len(_COMMANDS) - 1))
    refuse(errno.EPERM)
    add(_RETURN, _ALLOW)
    add(_EQUAL, socket, 0, 2 + len(_FAMILIES))
    add(_LOAD, _ARGUMENT)
    for place, family in enumerate(_FAMILIES):
        add(_EQUAL, family, len(_FAMILIES) - place, 0)
    refuse(errno.EAFNOSUPPORT)
    add(_RETURN, _ALLOW)
    return b"".join(lines)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]


# Made once, before anybody is forked.
_BYTES = program(os.uname().machine)
_FILTER = _BYTES and _Program(len(_BYTES) // 8, _BYTES)
_libc = ctypes.CDLL(None, use_errno=True)


def install():
    """Puts the filter on this process and all that it starts. Whether there is one for this machine."""
    if _FILTER is None:
        return False
    if _libc.prctl(38, 1, 0, 0, 0) != 0 or _libc.prctl(22, 2, ctypes.byref(_FILTER), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "install the system call filter")
    return True
