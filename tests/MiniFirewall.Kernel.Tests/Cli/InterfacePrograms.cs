using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Programs of one instruction or two on an interface, by links that go with this object: one that lets XDP's packets pass, and one that tcx' next program decides.</summary>
internal sealed class InterfacePrograms : IDisposable
{
    // include/uapi/linux/bpf.h: enum bpf_prog_type, enum bpf_attach_type, XDP_PASS, TCX_NEXT.
    private const int SchedulerClassifier = 3, Xdp = 6;
    private const uint AttachXdp = 37, AttachTcxIngress = 46;
    private const int XdpPass = 2, TcxNext = -1;

    /// <summary>BPF_XDP's flag for packets that have an skb already: XDP_FLAGS_SKB_MODE.</summary>
    private const uint OnSkb = 1 << 1;

    private readonly List<IDisposable> _held = [];

    internal InterfacePrograms(NamedNamespace where, string device)
    {
        NetworkNamespaceThread.Run(where.Path, () =>
        {
            uint index = LibC.InterfaceIndex(device);
            Attach("test_xdp", Xdp, AttachXdp, XdpPass, index, OnSkb);
            Attach("test_tcx", SchedulerClassifier, AttachTcxIngress, TcxNext, index, 0);
            return true;
        });
    }

    public void Dispose() => _held.ForEach(held => held.Dispose());

    private void Attach(string name, int type, uint place, int answer, uint index, uint flags)
    {
        var code = new Assembler();
        code.BeginFunction(new Function("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel());
        code.Move(Register.R0, answer);
        code.Exit();
        BpfProgram program = BpfProgram.Load(new ProgramSpec(name, (ProgramType)type, type == Xdp ? place : 0, code.Finish(), []), KernelBtf.Types, new Dictionary<string, BpfMap>());
        _held.Add(program);

        // union bpf_attr, link_create: prog_fd, target_ifindex, attach_type, flags.
        Span<byte> attributes = stackalloc byte[64];
        attributes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(attributes, program.Descriptor.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes[4..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes[8..], place);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes[12..], flags);
        _held.Add(LibC.CreateLink(attributes));
    }
}
