namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Commands of bpf(2) in use (include/uapi/linux/bpf.h, enum bpf_cmd).</summary>
internal enum BpfCommand
{
    BPF_MAP_CREATE = 0,
    BPF_MAP_LOOKUP_ELEM = 1,
    BPF_MAP_UPDATE_ELEM = 2,
    BPF_MAP_DELETE_ELEM = 3,
    BPF_MAP_GET_NEXT_KEY = 4,
    BPF_PROG_LOAD = 5,
    BPF_OBJ_PIN = 6,
    BPF_OBJ_GET = 7,
    BPF_PROG_TEST_RUN = 10,
    BPF_PROG_GET_FD_BY_ID = 13,
    BPF_OBJ_GET_INFO_BY_FD = 15,
    BPF_PROG_QUERY = 16,
    BPF_BTF_LOAD = 18,
    BPF_MAP_FREEZE = 22,
    BPF_MAP_LOOKUP_BATCH = 24,
    BPF_MAP_UPDATE_BATCH = 26,
    BPF_LINK_CREATE = 28,
    BPF_LINK_GET_FD_BY_ID = 30,
    BPF_LINK_GET_NEXT_ID = 31,
    BPF_ENABLE_STATS = 32,
    BPF_LINK_DETACH = 34,
    BPF_PROG_BIND_MAP = 35,
}
