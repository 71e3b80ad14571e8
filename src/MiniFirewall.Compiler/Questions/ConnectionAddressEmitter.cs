using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about the addresses of a packet's connection (net/netfilter/xt_conntrack.c, net/netfilter/xt_cluster.c).</summary>
internal static class ConnectionAddressEmitter
{
    private const Register Connection = Register.R9;

    internal static void Emit(ConnectionAddressIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label done = code.DefineLabel("address is");
        function.AnswerWithoutConnection(question);
        EmitHalves(function, question.End, isMaster: false, EmitCompare, done);
        code.Mark(done);
        code.Jump(function.Yes);

        void EmitCompare(bool isHigh)
        {
            if (function.Family == Family.IPv4)
            {
                code.Move(Register.R2, QuestionFunction.Argument);
                code.Alu(AluOperation.ShiftRight, Register.R2, 32);
                code.Alu(AluOperation.Xor, Register.R1, Register.R2);
                code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument, OperandWidth.Bits32);
            }
            else
            {
                int shift = isHigh ? 64 : 0;
                code.LoadConstant(Register.R2, (ulong)(question.Address >> shift));
                code.Alu(AluOperation.Xor, Register.R1, Register.R2);
                code.LoadConstant(Register.R2, (ulong)(question.Mask >> shift));
                code.Alu(AluOperation.And, Register.R1, Register.R2);
            }

            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        }
    }

    /// <summary>
    /// Does something with each half of an address of the connection, the upper one first, of which IPv4 has the lower only; the half is
    /// in R1, host order. Then goes to the label. Loses R0 to R5 and R9.
    /// </summary>
    /// <param name="isMaster">Of a connection that another one announced, that one's.</param>
    internal static void EmitHalves(QuestionFunction function, ConnectionEnd end, bool isMaster, Action<bool> emitUse, Label done)
    {
        Assembler code = function.Code;
        bool[] halves = function.Family == Family.IPv4 ? [false] : [true, false];
        if (function.IsTest)
        {
            EmitEach(half => function.LoadTest(MemorySize.DoubleWord, Register.R1, TestInputLayout.ConnectionEnds + (16 * (int)end) + (half ? 0 : 8)));
            return;
        }

        Label own = code.DefineLabel("own entry"), begins = code.DefineLabel("begins"), second = code.DefineLabel("second end"), notAnnounced = code.DefineLabel("not announced");
        function.LoadKernelConnection(Connection, own);
        if (isMaster)
        {
            function.LoadNumber(Register.R1, Connection, "nf_conn", "master");
            code.Jump(JumpCondition.Equal, Register.R1, 0, notAnnounced);
            code.Move(Connection, Register.R1);
            code.Mark(notAnnounced);
        }

        EmitEach(half => EmitKernelHalf(function, end, half));
        code.Mark(own);
        function.LoadConnection(Connection, begins);
        code.Load(MemorySize.Word, Register.R1, Connection, ConnectionEntry.Flags);
        code.Jump(JumpCondition.Set, Register.R1, ConnectionEntry.BeganSwapped, second);
        EmitEntryHalves(ConnectionFunction.IsFirst(end));
        code.Mark(second);
        EmitEntryHalves(!ConnectionFunction.IsFirst(end));
        code.Mark(begins);
        EmitEach(half => EmitKeyHalf(function, ConnectionFunction.IsFirst(end), half));

        void EmitEntryHalves(bool isFirst) => EmitEach(half => function.Places.EmitLoad(MemorySize.DoubleWord, Register.R1, Connection, ConnectionEntry.Of((isFirst, half) switch
        {
            (true, true) => ConnectionTuple.FirstHigh,
            (true, false) => ConnectionTuple.FirstLow,
            (false, true) => ConnectionTuple.SecondHigh,
            (false, false) => ConnectionTuple.SecondLow,
        })));

        void EmitEach(Action<bool> emitLoad)
        {
            foreach (bool half in halves)
            {
                emitLoad(half);
                emitUse(half);
            }

            code.Jump(done);
        }
    }

    private static void EmitKernelHalf(QuestionFunction function, ConnectionEnd end, bool isHigh)
    {
        bool isV4 = function.Family == Family.IPv4;
        function.LoadKernelEnd(Connection, end, isV4 || isHigh ? 0 : 8);
        function.Code.ToBigEndian(Register.R1, isV4 ? 32 : 64);
    }

    private static void EmitKeyHalf(QuestionFunction function, bool isSource, bool isHigh)
    {
        int at = (isSource, isHigh) switch
        {
            (true, true) => PacketKey.SourceHigh,
            (true, false) => PacketKey.SourceLow,
            (false, true) => PacketKey.DestinationHigh,
            (false, false) => PacketKey.DestinationLow,
        };
        function.Code.Load(function.Family == Family.IPv4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R1, QuestionFunction.Key, at);
    }
}
