using System.Buffers.Binary;
using MiniFirewall.Kernel.Tests.Bpf;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// A small program on the way in of interfaces: gives each packet the mark that user space has chosen, and counts the
/// packets, and those whose bytes do not all lie in the buffer's linear part. By a tcx link (kernel 6.6), or by traffic control's own filters.
/// </summary>
internal sealed class IngressMark : IDisposable
{
    private static readonly Version s_firstWithLinks = new(6, 6);
    private const uint Classifier = 3, TcxIngress = 46;
    private readonly FileDescriptor _state = BpfCall.NewArray(12);
    private readonly FileDescriptor _program;
    private readonly List<FileDescriptor> _links = [];
    private uint _mark;

    internal IngressMark() => _program = BpfCall.Load(Classifier, Code(_state.Number));

    /// <summary>To be called in the interface's namespace.</summary>
    internal void Attach(uint interfaceIndex, string name)
    {
        if (Environment.OSVersion.Version >= s_firstWithLinks)
        {
            _links.Add(BpfCall.Attach(_program, interfaceIndex, TcxIngress));
            return;
        }

        using var files = new BpfFileSystem();
        BpfCall.Pin(_program, files["mark"]);
        Command.Run("tc", "qdisc", "add", "dev", name, "clsact");
        Command.Run("tc", "filter", "add", "dev", name, "ingress", "bpf", "direct-action", "object-pinned", files["mark"]);
        File.Delete(files["mark"]);
    }

    internal void Set(uint mark)
    {
        if (mark != _mark)
        {
            Span<byte> state = stackalloc byte[12];
            BpfCall.Lookup(_state, state);
            BinaryPrimitives.WriteUInt32LittleEndian(state, mark);
            BpfCall.Update(_state, state);
            _mark = mark;
        }
    }

    /// <summary>Packets that came in so far, and how many of them were not linear.</summary>
    internal (uint Packets, uint NonLinear) Count()
    {
        Span<byte> state = stackalloc byte[12];
        BpfCall.Lookup(_state, state);
        return (BinaryPrimitives.ReadUInt32LittleEndian(state[4..]), BinaryPrimitives.ReadUInt32LittleEndian(state[8..]));
    }

    public void Dispose()
    {
        _links.ForEach(link => link.Dispose());
        _program.Dispose();
        _state.Dispose();
    }

    private static ulong[] Code(int map) =>
    [
        Encode(0x18, 2, 2, 0, map), 0,  // r2 = &state
        Encode(0x61, 3, 2, 0, 0),       // r3 = state.mark
        Encode(0x63, 1, 3, 8, 0),       // skb->mark = r3
        Encode(0x61, 3, 2, 4, 0),       // state.packets += 1
        Encode(0x07, 3, 0, 0, 1),
        Encode(0x63, 2, 3, 4, 0),
        Encode(0x61, 3, 1, 0, 0),       // r3 = skb->len
        Encode(0x61, 4, 1, 76, 0),      // r4 = skb->data
        Encode(0x61, 5, 1, 80, 0),      // r5 = skb->data_end
        Encode(0x1f, 5, 4, 0, 0),       // r5 -= r4
        Encode(0x3d, 5, 3, 3, 0),       // if r5 < r3: state.nonLinear += 1
        Encode(0x61, 3, 2, 8, 0),
        Encode(0x07, 3, 0, 0, 1),
        Encode(0x63, 2, 3, 8, 0),
        Encode(0xb7, 0, 0, 0, -1),      // TCX_NEXT
        Encode(0x95, 0, 0, 0, 0),
    ];

    private static ulong Encode(byte opcode, int destination, int source, short offset, int immediate) =>
        opcode | ((ulong)destination << 8) | ((ulong)source << 12) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32);
}
