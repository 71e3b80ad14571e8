namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What an errno of bpf(2) usually means, and what helps.</summary>
internal static class BpfHints
{
    private const int EPERM = 1, ENOENT = 2, E2BIG = 7, EBADF = 9, EACCES = 13, EBUSY = 16, EEXIST = 17, EINVAL = 22, ERANGE = 34,
        EOPNOTSUPP = 95, EPROTO = 71, EAFNOSUPPORT = 97;

    public static string? For(BpfCommand command, int errno) => (command, errno) switch
    {
        (BpfCommand.BPF_OBJ_PIN, EPERM) => "the path is not on a bpf file system, or its directory is not ours",
        (BpfCommand.BPF_OBJ_PIN, EEXIST) => "something is pinned there already",
        (BpfCommand.BPF_OBJ_PIN, ENOENT) => "the directory does not exist",
        (BpfCommand.BPF_OBJ_GET, ENOENT) => "nothing is pinned there",
        (BpfCommand.BPF_OBJ_GET, EACCES) => "the path is not a pin, or it may not be read",
        (BpfCommand.BPF_LINK_CREATE, EBUSY) => "another BPF program sits at this family, hook and priority",
        (BpfCommand.BPF_LINK_CREATE, ERANGE) => "the first and the last priority are the kernel's own; reassembly needs one above -400",
        (BpfCommand.BPF_LINK_CREATE, EPROTO) => "there is no such hook",
        (BpfCommand.BPF_LINK_CREATE, EAFNOSUPPORT) => "only IPv4 and IPv6 have netfilter links",
        (BpfCommand.BPF_LINK_CREATE, EOPNOTSUPP) => "the kernel knows no such netfilter link flag",
        (BpfCommand.BPF_LINK_CREATE, EINVAL) => "the kernel may lack netfilter links (6.4, CONFIG_NETFILTER_BPF_LINK)",
        (BpfCommand.BPF_PROG_LOAD, EINVAL) => "the kernel may lack this program type or one of its arguments (netfilter programs: 6.4, CONFIG_NETFILTER_BPF_LINK)",
        (BpfCommand.BPF_PROG_LOAD, E2BIG) => "the verifier allows one million instructions, those of every path counted",
        (BpfCommand.BPF_MAP_UPDATE_ELEM or BpfCommand.BPF_MAP_UPDATE_BATCH, E2BIG) => "the map is full, or the index is beyond its end",
        (BpfCommand.BPF_MAP_UPDATE_ELEM or BpfCommand.BPF_MAP_UPDATE_BATCH, EPERM) => "the map is frozen or was opened read-only",
        (BpfCommand.BPF_PROG_TEST_RUN, BpfSystemCall.ENOTSUPP) => "the kernel cannot test-run programs of this type",
        (_, EBADF) => "the descriptor is not of the kind of object the call wants",
        (_, EPERM or EACCES) => "it takes root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; a kernel locked down for confidentiality refuses too",
        (_, BpfSystemCall.ENOTSUPP) => "the kernel does not support this (is its BPF JIT compiler on? net.core.bpf_jit_enable)",
        _ => null,
    };
}
