using System.Text;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Commands of bpf(2) that all kinds of objects share: pins and information. <c>about</c> names the object in errors.</summary>
public static unsafe class BpfObjectCalls
{
    private const uint LinkTypeNetfilter = 10;

    /// <summary>Gives the object a name on a bpf file system, which keeps it when all descriptors are closed.</summary>
    public static void Pin(FileDescriptor descriptor, string path)
    {
        fixed (byte* pointer = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attributes = new ObjectAttributes { pathname = (ulong)pointer, bpf_fd = descriptor.Number };
            BpfSystemCall.Run(BpfCommand.BPF_OBJ_PIN, ref attributes, path);
            GC.KeepAlive(descriptor);
        }
    }

    /// <summary>Opens a pinned object.</summary>
    public static FileDescriptor Open(string path) => TryOpen(path) ?? throw BpfSystemCall.Refusal(BpfCommand.BPF_OBJ_GET, 2, path);

    /// <summary>Opens a pinned object; null where nothing is there.</summary>
    public static FileDescriptor? TryOpen(string path)
    {
        fixed (byte* pointer = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attributes = new ObjectAttributes { pathname = (ulong)pointer };
            int result = BpfSystemCall.Try(BpfCommand.BPF_OBJ_GET, ref attributes);
            return result switch
            {
                >= 0 => new(result),
                -2 => null,
                _ => throw BpfSystemCall.Refusal(BpfCommand.BPF_OBJ_GET, -result, path),
            };
        }
    }

    public static BpfProgramInfo ProgramInfo(FileDescriptor program, string about)
    {
        ProgramInformation info = Information<ProgramInformation>(program, about);
        return new(info.id, BpfSystemCall.ReadName(info.name), info.type, info.jited_prog_len, info.xlated_prog_len)
        {
            RunTimeNanoseconds = info.run_time_ns,
            RunCount = info.run_cnt,
            VerifiedInstructions = info.verified_insns,
            MapIds = MapIds(program, info.nr_map_ids, about),
        };
    }

    public static BpfMapInfo MapInfo(FileDescriptor map, string about)
    {
        MapInformation info = Information<MapInformation>(map, about);
        return new(info.id, BpfSystemCall.ReadName(info.name), info.type, (int)info.key_size, (int)info.value_size, (int)info.max_entries, info.map_flags)
        {
            Extra = info.map_extra,
        };
    }

    /// <summary>What a link joins; the place is null unless it is a netfilter link.</summary>
    public static BpfLinkInfo LinkInfo(FileDescriptor link, string about)
    {
        LinkInformation info = Information<LinkInformation>(link, about);
        return new(info.id, info.type, info.prog_id, info.type == LinkTypeNetfilter ? Place(info.netfilter) : null);
    }

    private static BpfNetfilterPlace Place(NetfilterPlace place) => new((byte)place.pf, (byte)place.hooknum, place.priority, place.flags);

    private static uint[] MapIds(FileDescriptor program, uint count, string about)
    {
        var ids = new uint[count];
        fixed (uint* pointer = ids)
        {
            var info = new ProgramInformation { nr_map_ids = count, map_ids = (ulong)pointer };
            Fill(program, ref info, about);
        }

        return ids;
    }

    private static T Information<T>(FileDescriptor descriptor, string about)
        where T : unmanaged
    {
        T info = default;
        Fill(descriptor, ref info, about);
        return info;
    }

    private static void Fill<T>(FileDescriptor descriptor, ref T info, string about)
        where T : unmanaged
    {
        fixed (T* pointer = &info)
        {
            var attributes = new InfoAttributes { bpf_fd = descriptor.Number, info_len = (uint)sizeof(T), info = (ulong)pointer };
            BpfSystemCall.Run(BpfCommand.BPF_OBJ_GET_INFO_BY_FD, ref attributes, about);
            GC.KeepAlive(descriptor);
        }
    }
}
