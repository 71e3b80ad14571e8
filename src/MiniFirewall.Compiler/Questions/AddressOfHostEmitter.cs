using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks for one of the packet's addresses among those that live host names have (<see cref="HostLayout"/>): where the marks in the
/// packet key do not say all.
/// </summary>
internal static class AddressOfHostEmitter
{
    private const int Key = QuestionFunction.StackTop - HostLayout.KeyBytes;
    private const int BitsOfWord = 6, BytesOfWord = 3;

    internal static void Emit(AddressOfHost question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label find = code.DefineLabel("find");
        EmitKey(function, find);
        code.Mark(find);
        code.LoadMap(Register.R1, WellKnownMaps.Hosts);
        function.EmitStackAddress(Register.R2, Key);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, function.No);
        code.Move(Register.R1, QuestionFunction.Argument);
        code.Alu(AluOperation.And, Register.R1, AddressOfHost.MostNames - 1);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, (1 << BitsOfWord) - 1);
        if (question.Words > 1)
        {
            code.Alu(AluOperation.ShiftRight, Register.R1, BitsOfWord);
            code.Alu(AluOperation.ShiftLeft, Register.R1, BytesOfWord);
            code.Jump(JumpCondition.Greater, Register.R1, (question.Words - 1) << BytesOfWord, function.No);
            code.Alu(AluOperation.Add, Register.R0, Register.R1);
        }

        code.Load(MemorySize.DoubleWord, Register.R3, Register.R0, HostLayout.BitsAt(question.Words));
        code.Alu(AluOperation.ShiftRight, Register.R3, Register.R2);
        code.Jump(JumpCondition.Set, Register.R3, 1, function.Yes);
    }

    private static void EmitKey(QuestionFunction function, Label find)
    {
        Assembler code = function.Code;
        bool isIPv4 = function.Family == Family.IPv4;
        Label isSource = code.DefineLabel("source"), put = code.DefineLabel("put");
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Key + HostLayout.High, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Key + HostLayout.Low, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Key + HostLayout.Version, 0);
        code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)AddressOfHost.EitherBit, find);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Key + HostLayout.Version, isIPv4 ? 4 : 6);
        code.Jump(JumpCondition.Set, QuestionFunction.Argument, (int)AddressOfHost.SourceBit, isSource);
        EmitLoad(code, isIPv4, PacketKey.DestinationHigh, PacketKey.DestinationLow);
        code.Jump(put);
        code.Mark(isSource);
        EmitLoad(code, isIPv4, PacketKey.SourceHigh, PacketKey.SourceLow);
        code.Mark(put);
        code.Store(MemorySize.DoubleWord, Register.R10, Key + HostLayout.Low, Register.R2);
        if (!isIPv4)
        {
            code.Store(MemorySize.DoubleWord, Register.R10, Key + HostLayout.High, Register.R1);
        }
    }

    /// <summary>R1 = the high half, of IPv6; R2 = the low one.</summary>
    private static void EmitLoad(Assembler code, bool isIPv4, int high, int low)
    {
        if (!isIPv4)
        {
            code.Load(MemorySize.DoubleWord, Register.R1, QuestionFunction.Key, high);
        }

        code.Load(isIPv4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R2, QuestionFunction.Key, low);
    }
}
