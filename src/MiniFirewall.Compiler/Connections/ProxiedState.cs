using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Behind a target that takes a server's place in handshakes, sequence numbers are others on either side, and only the kernel's own tracking knows both
/// (net/netfilter/nf_synproxy_core.c, nf_conntrack_seqadj.c). So in a rule set with such a target a TCP packet is what the kernel says, where it has an entry for it.
/// </summary>
internal static class ProxiedState
{
    /// <summary>The packet's key is in the main frame, with what our own tracking says. Loses R1 and R2.</summary>
    /// <param name="isBefore">Rules here may hand the packet to the target: what only ends a handshake belongs to no connection then, until the target has seen it.</param>
    internal static void Emit(Assembler code, bool isBefore)
    {
        Label done = code.DefineLabel("no other state"), known = code.DefineLabel("known to the kernel"), set = code.DefineLabel("state by the kernel");
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Frame.MainKey + PacketKey.Protocol);
        code.Jump(JumpCondition.NotEqual, Register.R1, IpProtocol.Tcp, done);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame.MainContext, 8);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R1, "sk_buff", "_nfct");
        code.Jump(JumpCondition.Greater, Register.R1, KernelState.Mask, known);
        if (isBefore)
        {
            EmitUnknown(code, done);
        }

        code.Jump(done);
        code.Mark(known);
        code.Alu(AluOperation.And, Register.R1, KernelState.Mask);
        foreach ((int information, ConnectionState state) in (ReadOnlySpan<(int, ConnectionState)>)[(KernelState.New, ConnectionState.New), (KernelState.Related, ConnectionState.Related)])
        {
            code.Move(Register.R2, (int)state);
            code.Jump(JumpCondition.Equal, Register.R1, information, set);
            code.Jump(JumpCondition.Equal, Register.R1, information + KernelState.Reply, set);
        }

        code.Move(Register.R2, (int)ConnectionState.Established);
        code.Mark(set);
        code.Store(MemorySize.Byte, Register.R10, Frame.MainKey + PacketKey.ConnectionState, Register.R2);
        code.Mark(done);
    }

    /// <summary>An ACK that our own tracking would begin a connection with is INVALID, since the kernel does not begin one with it. One that is left out is not NEW.</summary>
    private static void EmitUnknown(Assembler code, Label done)
    {
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Frame.MainKey + PacketKey.ConnectionState);
        code.Jump(JumpCondition.NotEqual, Register.R1, (int)ConnectionState.New, done);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Frame.MainKey + PacketKey.TcpFlags);
        code.Jump(JumpCondition.Set, Register.R1, (int)TcpFlags.Syn, done);
        code.StoreImmediate(MemorySize.Byte, Register.R10, Frame.MainKey + PacketKey.ConnectionState, (int)ConnectionState.Invalid);
    }
}
