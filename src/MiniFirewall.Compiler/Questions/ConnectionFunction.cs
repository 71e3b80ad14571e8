using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Where questions about a packet's connection look: into the entry of our own table; into the packet where that begins the connection;
/// and, for what translation has made of its addresses, into the kernel's own entry where the packet has one.
/// </summary>
internal static class ConnectionFunction
{
    // include/net/netfilter/nf_conntrack_tuple.h: a struct nf_conntrack_tuple, and what stands before it in a struct nf_conntrack_tuple_hash.
    private const int HashedTupleBytes = 56, DestinationAt = 20, PortAt = 16;

    extension(QuestionFunction function)
    {
        /// <summary>Goes to the question's answer for a packet that has no connection. Loses R1.</summary>
        internal void AnswerWithoutConnection(ConnectionQuestion question)
        {
            Label has = function.Code.DefineLabel("has a connection");
            function.Code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ConnectionDirection);
            function.Code.Jump(JumpCondition.NotEqual, Register.R1, (int)ConnectionDirection.None, has);
            function.Code.Jump(question.WithoutConnection ? function.Yes : function.No);
            function.Code.Mark(has);
        }

        /// <summary>result = a line of the connection's entry; goes to the label where the packet begins the connection. Loses R1 and R2.</summary>
        internal void LoadConnection(Register result, Label none, int line = 0)
        {
            Assembler code = function.Code;
            code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.ConnectionPlace);
            code.Jump(JumpCondition.Equal, Register.R1, 0, none);
            code.Alu(AluOperation.Subtract, Register.R1, 1);
            function.Places.EmitEntry(result, Register.R1, Register.R2);
            function.Places.EmitMove(result, line);
        }

        /// <summary>result = the kernel's entry (struct nf_conn), a number; goes to the label where the packet has none. Loses R0 to R5.</summary>
        /// <param name="result">R6 to R9.</param>
        internal void LoadKernelConnection(Register result, Label none)
        {
            Assembler code = function.Code;
            function.LoadSkbNumber(result);
            function.LoadNumber(result, result, "sk_buff", "_nfct");
            code.Alu(AluOperation.And, result, ~KernelState.Mask);
            code.Jump(JumpCondition.Equal, result, 0, none);
        }

        /// <summary>R1 = eight bytes of one of the kernel's tuples, as they lie in memory. Loses R0 to R5.</summary>
        /// <param name="connection">R6 to R9: the kernel's entry.</param>
        /// <param name="at">From the address of this end on.</param>
        internal void LoadKernelEnd(Register connection, ConnectionEnd end, int at)
        {
            Assembler code = function.Code;
            bool isReply = end is ConnectionEnd.ReplySource or ConnectionEnd.ReplyDestination;
            bool isDestination = end is ConnectionEnd.OriginalDestination or ConnectionEnd.ReplyDestination;
            code.Move(Register.R1, connection);
            code.AddOffset(Register.R1, "nf_conn", "tuplehash");
            code.AddOffset(Register.R1, "nf_conntrack_tuple_hash", "tuple");
            code.Alu(AluOperation.Add, Register.R1, (isReply ? HashedTupleBytes : 0) + (isDestination ? DestinationAt : 0) + at);
            function.LoadNumberAtR1(Register.R1);
        }

        /// <summary>R1 = the port of one of the kernel's ends. Loses R0 to R5.</summary>
        internal void LoadKernelPort(Register connection, ConnectionEnd end)
        {
            function.LoadKernelEnd(connection, end, PortAt);
            function.Code.ToBigEndian(Register.R1, 16);
        }
    }

    /// <summary>The end is that of who began the connection.</summary>
    internal static bool IsFirst(ConnectionEnd end) => end is ConnectionEnd.OriginalSource or ConnectionEnd.ReplyDestination;
}
