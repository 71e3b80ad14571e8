using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class ProgramTests
{
    private static readonly byte[] UdpPacket =
    [
        0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
        0x30, 0x39, 0, 53, 0, 8, 0, 0,
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_verdict_comes_back(int verdict)
    {
        using BpfProgram program = Programs.Constant(verdict).Load();
        foreach (Hook hook in Enum.GetValues<Hook>())
        {
            Assert.Equal((uint)verdict, program.TestRun(Family.IPv4, hook, UdpPacket).Result);
            Assert.Equal((uint)verdict, program.TestRun(Family.IPv6, hook, new byte[40]).Result);
        }
    }

    /// <summary>One function, verified once: bytes, numbers and the context go in, sixty-four bits come out.</summary>
    [Fact]
    public void A_global_function_takes_bytes_and_returns_sixty_four_bits()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "this kernel has no programs of type NETFILTER");
        using BpfProgram program = GlobalFunctionProgram(testForNull: true).Load();
        Assert.Equal(1u, program.TestRun(Family.IPv4, Hook.LocalIn, UdpPacket).Result);
    }

    [Fact]
    public void A_global_function_must_test_its_bytes_for_null()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "this kernel has no programs of type NETFILTER");
        var refusal = Assert.Throws<VerifierException>(() => GlobalFunctionProgram(testForNull: false).Load());
        Assert.Contains("mem_or_null", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(17, 1u)]
    [InlineData(6, 0u)]
    public void The_packets_header_is_read_through_a_cast(byte protocol, uint expected)
    {
        using BpfProgram program = Programs.Netfilter(a =>
        {
            Label other = a.DefineLabel();
            a.LoadContext(Register.R6, Register.R1, "skb");
            a.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R6, "sk_buff", "data");
            a.Cast(Register.R1, "iphdr");
            a.LoadMember(MemorySize.Byte, Register.R2, Register.R0, "iphdr", "protocol");
            a.Jump(JumpCondition.NotEqual, Register.R2, 17, other);
            a.LoadMember(MemorySize.Word, Register.R2, Register.R0, "iphdr", "saddr");
            a.ToBigEndian(Register.R2, 32);
            a.LoadConstant(Register.R3, 0xc0000201);
            a.Jump(JumpCondition.NotEqual, Register.R2, Register.R3, other);
            a.Return(1);
            a.Mark(other);
            a.Return(0);
        }).Load();

        byte[] packet = [.. UdpPacket];
        packet[9] = protocol;
        Assert.All(Enum.GetValues<Hook>(), hook => Assert.Equal(expected, program.TestRun(Family.IPv4, hook, packet).Result));
    }

    /// <summary>Lengths, and the name of the output interface in two parts.</summary>
    [Fact]
    public void Members_of_the_context_are_read()
    {
        using var seen = BpfMap.Create(new("seen", MapType.Array, 4, 32, 1));
        using BpfProgram program = Programs.Netfilter(a =>
        {
            a.Move(Register.R9, Register.R1);
            a.LoadMapValue(Register.R8, "seen");
            a.LoadContext(Register.R6, Register.R9, "state");
            a.LoadMember(MemorySize.DoubleWord, Register.R7, Register.R6, "nf_hook_state", "out");
            a.LoadMember(MemorySize.DoubleWord, Register.R0, Register.R7, "net_device", "name", 0);
            a.Store(MemorySize.DoubleWord, Register.R8, 0, Register.R0);
            a.LoadMember(MemorySize.DoubleWord, Register.R0, Register.R7, "net_device", "name", 8);
            a.Store(MemorySize.DoubleWord, Register.R8, 8, Register.R0);
            a.LoadContext(Register.R6, Register.R9, "skb");
            a.LoadMember(MemorySize.Word, Register.R0, Register.R6, "sk_buff", "len");
            a.Store(MemorySize.Word, Register.R8, 16, Register.R0);
            a.LoadMember(MemorySize.Word, Register.R0, Register.R6, "sk_buff", "data_len");
            a.Store(MemorySize.Word, Register.R8, 20, Register.R0);
            a.LoadMember(MemorySize.Word, Register.R0, Register.R6, "sk_buff", "mark");
            a.Store(MemorySize.Word, Register.R8, 24, Register.R0);
            a.Return(1);
        }).Load(seen);

        program.TestRun(Family.IPv4, Hook.LocalOut, UdpPacket);
        byte[] value = new byte[32];
        Assert.True(seen.TryLookup(new byte[4], value));
        Assert.Equal("lo", Encoding.ASCII.GetString(value, 0, 16).TrimEnd('\0'));
        Assert.Equal(UdpPacket.Length, BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(16)));
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(20)));
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(24)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_socket_is_read_only_behind_a_test_for_null(bool test)
    {
        ProgramSpec spec = Programs.Netfilter(a =>
        {
            Label none = a.DefineLabel();
            a.LoadContext(Register.R6, Register.R1, "skb");
            a.LoadMember(MemorySize.DoubleWord, Register.R7, Register.R6, "sk_buff", "sk");
            if (test)
            {
                a.Jump(JumpCondition.Equal, Register.R7, 0, none);
            }

            a.LoadMember(MemorySize.Word, Register.R0, Register.R7, "sock", "sk_uid", 0);
            a.Mark(none);
            a.Return(1);
        });
        if (test)
        {
            spec.Load().Dispose();
        }
        else
        {
            Assert.Contains("rcu_ptr_or_null", Assert.Throws<VerifierException>(() => spec.Load()).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_packet_is_read_through_a_dynptr(bool slice)
    {
        using BpfProgram program = Programs.Netfilter(a => ReadByDynptr(a, slice)).Load();
        Assert.Equal(1u, program.TestRun(Family.IPv4, Hook.LocalIn, UdpPacket).Result);
        Assert.Equal(0u, program.TestRun(Family.IPv4, Hook.LocalIn, new byte[28]).Result);
    }

    [Fact]
    public void A_pinned_program_is_the_same_program()
    {
        using var files = new BpfFileSystem();
        Assert.Null(BpfProgram.TryOpen(files["program"]));
        using (BpfProgram program = Programs.Netfilter(a => a.Return(0), "pinned").Load())
        {
            program.Pin(files["program"]);
        }

        using (BpfProgram again = BpfProgram.TryOpen(files["program"])!)
        {
            Assert.Equal("pinned", again.Name);
            Assert.Equal(0u, again.TestRun(Family.IPv4, Hook.Forward, UdpPacket).Result);
        }

        BpfPin.Remove(files["program"]);
    }

    [Fact]
    public void A_loaded_program_tells_of_itself()
    {
        using BpfProgram program = Programs.Constant(1).Load();
        Assert.Equal(("test", 32u), (program.Info().Name, program.Info().Type));
        Assert.InRange(program.Info().JitedLength, 1u, 4096u);
        Assert.Equal(2u, program.Info().VerifiedInstructions);
    }

    [Fact]
    public void Programs_that_are_no_filters_load_too()
    {
        var assembler = new Assembler();
        assembler.Return(7);
        var spec = new ProgramSpec("socket", ProgramType.SocketFilter, 0, assembler.Finish(), []);
        using BpfProgram program = spec.Load();
        Assert.Equal(7u, program.TestRun(new byte[64], []).Result);
    }

    private static ProgramSpec GlobalFunctionProgram(bool testForNull)
    {
        var a = new Assembler();
        Label chain = a.DefineLabel("chain");
        Label wrong = a.DefineLabel();
        a.BeginFunction(new("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), a.DefineLabel());
        a.StoreImmediate(MemorySize.DoubleWord, Register.R10, -16, 30);
        a.StoreImmediate(MemorySize.DoubleWord, Register.R10, -8, 5);
        a.Move(Register.R2, Register.R10);
        a.Alu(AluOperation.Add, Register.R2, -16);
        a.Move(Register.R3, 7);
        a.Call(chain);
        a.LoadConstant(Register.R1, 0x1_0000_0000 + 30 + 5 + 7 + 28);
        a.Jump(JumpCondition.NotEqual, Register.R0, Register.R1, wrong);
        a.Return(1);
        a.Mark(wrong);
        a.Return(0);

        a.BeginFunction(new("chain", true, [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", 16), new NumberParameter("n")]), chain);
        Label given = a.DefineLabel();
        if (testForNull)
        {
            a.Jump(JumpCondition.NotEqual, Register.R2, 0, given);
            a.Return(0);
        }

        a.Mark(given);
        a.Load(MemorySize.DoubleWord, Register.R4, Register.R2, 0);
        a.Load(MemorySize.DoubleWord, Register.R5, Register.R2, 8);
        a.Alu(AluOperation.Add, Register.R4, Register.R5);
        a.Alu(AluOperation.Add, Register.R4, Register.R3);
        a.LoadContext(Register.R5, Register.R1, "skb");
        a.LoadMember(MemorySize.Word, Register.R5, Register.R5, "sk_buff", "len");
        a.Alu(AluOperation.Add, Register.R4, Register.R5);
        a.LoadConstant(Register.R0, 0x1_0000_0000);
        a.Alu(AluOperation.Add, Register.R0, Register.R4);
        a.Exit();
        return new("globals", ProgramType.Netfilter, Programs.AttachTypeNetfilter, a.Finish(), []);
    }

    /// <summary>Accepts where byte 9 of the packet is 17; the dynptr lies at -16, the bytes at -40.</summary>
    private static void ReadByDynptr(Assembler a, bool slice)
    {
        Label fail = a.DefineLabel();
        a.LoadContext(Register.R1, Register.R1, "skb");
        a.Move(Register.R2, 0);
        a.Frame(Register.R3, -16);
        a.CallKernel("bpf_dynptr_from_skb");
        a.Jump(JumpCondition.NotEqual, Register.R0, 0, fail);
        if (slice)
        {
            a.Frame(Register.R1, -16);
            a.Move(Register.R2, 0);
            a.Frame(Register.R3, -40);
            a.Move(Register.R4, 20);
            a.CallKernel("bpf_dynptr_slice");
            a.Jump(JumpCondition.Equal, Register.R0, 0, fail);
        }
        else
        {
            a.Frame(Register.R1, -40);
            a.Move(Register.R2, 20);
            a.Frame(Register.R3, -16);
            a.Move(Register.R4, 0);
            a.Move(Register.R5, 0);
            a.Call(Helper.DynptrRead);
            a.Jump(JumpCondition.NotEqual, Register.R0, 0, fail);
            a.Frame(Register.R0, -40);
        }

        a.Load(MemorySize.Byte, Register.R0, Register.R0, 9);
        a.Jump(JumpCondition.NotEqual, Register.R0, 17, fail);
        a.Return(1);
        a.Mark(fail);
        a.Return(0);
    }
}
