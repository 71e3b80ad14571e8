using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Reads a packet's ports as tables of rates tell them apart (<see cref="FirstPorts"/>).</summary>
internal static class FirstPortsEmitter
{
    private const Register Offset = Register.R9;

    internal static void Emit(FirstPortsCut question, QuestionFunction function) =>
        EmitRead(function, QuestionFunction.StackTop - 8, function.Yes);

    /// <summary>Writes the four bytes to the stack, zero and four more behind them; goes to <paramref name="cut"/> where the packet ends before. Loses R0 to R5 and R9.</summary>
    internal static void EmitRead(QuestionFunction function, int stack, Label cut)
    {
        Assembler code = function.Code;
        Label none = code.DefineLabel("no ports"), read = code.DefineLabel("ports");
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, stack, 0);
        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.Protocol);
        code.Load(MemorySize.Word, Offset, QuestionFunction.Key, PacketKey.TransportOffset);
        if (function.Family == Family.IPv6)
        {
            code.Load(MemorySize.Byte, Register.R2, QuestionFunction.Key, PacketKey.ChainBroken);
            code.Jump(JumpCondition.NotEqual, Register.R2, 0, cut);
            code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.NoNextHeader, cut);
            code.Load(MemorySize.Half, Register.R2, QuestionFunction.Key, PacketKey.FragmentOffset);
            code.Jump(JumpCondition.NotEqual, Register.R2, 0, none);
        }

        foreach (byte protocol in FirstPorts.Protocols)
        {
            code.Jump(JumpCondition.Equal, Register.R1, protocol, read);
        }

        code.Jump(JumpCondition.NotEqual, Register.R1, IpProtocol.Authentication, none);
        code.Alu(AluOperation.Add, Offset, FirstPorts.AuthenticationOffset);
        code.Mark(read);
        function.EmitOpen();
        function.EmitRead(stack, FirstPorts.Bytes, Offset, cut);
        code.Mark(none);
    }
}
