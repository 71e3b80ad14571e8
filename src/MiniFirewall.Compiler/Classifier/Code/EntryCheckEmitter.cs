using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Emits what is asked of one entry: that it is in the order's range, that the packet matches it, that it is in force.</summary>
internal sealed class EntryCheckEmitter(Assembler code, Family family, ImageAccess image, LookupSite site, Label runOps)
{
    private const Register Entry = Register.R8;

    private bool IsV6 => family == Family.IPv6;

    /// <summary>
    /// R8 is the entry; it stays. Falls through with <see cref="LookupSite.Best"/> and the action set where it matches; goes to
    /// <paramref name="next"/> where it does not, to <paramref name="stop"/> where no later one can be better.
    /// </summary>
    internal void Emit(Label next, Label stop)
    {
        code.Load(MemorySize.Word, Register.R1, Entry, IsV6 ? ImageFormat.V6Order : ImageFormat.V4Order);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, LookupSite.Best, stop);
        code.Load(MemorySize.Word, Register.R2, Register.R10, site.Low);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, next);
        EmitAddresses(next);
        if (!site.IsOdd)
        {
            EmitPorts(PacketKey.SourcePort, ImageFormat.TailSourcePort, ImageFormat.TailSourceWidth, next);
            EmitPorts(PacketKey.DestinationPort, ImageFormat.TailDestinationPort, ImageFormat.TailDestinationWidth, next);
        }

        EmitAction(next);
    }

    private void EmitAddresses(Label next)
    {
        if (IsV6)
        {
            EmitWordV6(PacketKey.SourceHigh, ImageFormat.V6SourceHigh, ImageFormat.V6SourceLengthHigh, next);
            EmitWordV6(PacketKey.SourceLow, ImageFormat.V6SourceLow, ImageFormat.V6SourceLengthLow, next);
            EmitWordV6(PacketKey.DestinationHigh, ImageFormat.V6DestinationHigh, ImageFormat.V6DestinationLengthHigh, next);
            EmitWordV6(PacketKey.DestinationLow, ImageFormat.V6DestinationLow, ImageFormat.V6DestinationLengthLow, next);
            if (!site.IsOdd)
            {
                EmitProtocol(Register.R3, ImageFormat.V6Protocol, ImageFormat.V6ProtocolMask);
                code.Jump(JumpCondition.NotEqual, Register.R3, 0, next);
            }

            return;
        }

        EmitWordV4(Register.R2, PacketKey.SourceLow, ImageFormat.V4Source, ImageFormat.V4SourceShift);
        EmitWordV4(Register.R4, PacketKey.DestinationLow, ImageFormat.V4Destination, ImageFormat.V4DestinationShift);
        code.Alu(AluOperation.Or, Register.R2, Register.R4);
        if (!site.IsOdd)
        {
            EmitProtocol(Register.R3, ImageFormat.V4Protocol, ImageFormat.V4ProtocolMask);
            code.Alu(AluOperation.Or, Register.R2, Register.R3);
        }

        code.Jump(JumpCondition.NotEqual, Register.R2, 0, next);
    }

    /// <summary>result = (address ^ bits) >> (32 - length). Loses R3.</summary>
    private void EmitWordV4(Register result, int field, int bits, int shift)
    {
        code.Load(MemorySize.Word, result, LookupSite.Key, field);
        code.Load(MemorySize.Word, Register.R3, Entry, bits);
        code.Alu(AluOperation.Xor, result, Register.R3);
        code.Load(MemorySize.Byte, Register.R3, Entry, shift);
        code.Alu(AluOperation.ShiftRight, result, Register.R3);
    }

    /// <summary>Masks by length come from a table, for a shift by 64 bits would be one by none.</summary>
    private void EmitWordV6(int field, int bits, int length, Label differs)
    {
        code.Load(MemorySize.Byte, Register.R3, Entry, length);
        image.Bound(Register.R3, 65, differs);
        image.Address(Register.R4, image.Layout.PrefixMasks, Register.R3, 3);
        code.Load(MemorySize.DoubleWord, Register.R4, Register.R4, 0);
        code.Load(MemorySize.DoubleWord, Register.R2, LookupSite.Key, field);
        code.Load(MemorySize.DoubleWord, Register.R3, Entry, bits);
        code.Alu(AluOperation.Xor, Register.R2, Register.R3);
        code.Alu(AluOperation.And, Register.R2, Register.R4);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, differs);
    }

    /// <summary>result = (protocol ^ entry's) &amp; entry's mask. Loses R4.</summary>
    private void EmitProtocol(Register result, int protocol, int mask)
    {
        code.Load(MemorySize.Byte, result, LookupSite.Key, PacketKey.Protocol);
        code.Load(MemorySize.Byte, Register.R4, Entry, protocol);
        code.Alu(AluOperation.Xor, result, Register.R4);
        code.Load(MemorySize.Byte, Register.R4, Entry, mask);
        code.Alu(AluOperation.And, result, Register.R4);
    }

    private void EmitPorts(int field, int low, int width, Label next)
    {
        int tail = IsV6 ? ImageFormat.V6Tail : ImageFormat.V4Tail;
        PortRange.EmitBeyond(code, LookupSite.Key, field, Entry, tail + low, tail + width, next);
    }

    private void EmitAction(Label next)
    {
        Label hit = code.DefineLabel("hit");
        code.Load(MemorySize.Word, Register.R2, Entry, IsV6 ? ImageFormat.V6Action : ImageFormat.V4Action);
        code.Store(MemorySize.Word, Register.R10, site.Candidate, Register.R2);
        code.Move(Register.R3, Register.R2);
        code.Alu(AluOperation.And, Register.R3, 3);
        code.Jump(JumpCondition.Equal, Register.R3, (int)ImageFormat.ActionDead, next);
        if (site.IsOdd)
        {
            EmitOddAction(next, hit);
        }
        else
        {
            code.Jump(JumpCondition.NotEqual, Register.R3, 0, hit);
            EmitRecord(Register.R3, next);
            code.Load(MemorySize.Word, Register.R3, Register.R3, ImageFormat.RecordResidual);
            code.Jump(JumpCondition.Equal, Register.R3, 0, hit);
            EmitRunOps();
            code.Jump(JumpCondition.NotEqual, Register.R0, OpFunction.Matched, next);
        }

        code.Mark(hit);
        code.Load(MemorySize.Word, LookupSite.Best, Entry, IsV6 ? ImageFormat.V6Order : ImageFormat.V4Order);
        code.Load(MemorySize.Word, Register.R1, Register.R10, site.Candidate);
        code.Store(MemorySize.Word, Register.R10, site.Action, Register.R1);
    }

    /// <summary>The entry's full program decides; where it says "invalid" the action does.</summary>
    private void EmitOddAction(Label next, Label hit)
    {
        Label plain = code.DefineLabel("no record"), run = code.DefineLabel("full program");
        code.Jump(JumpCondition.NotEqual, Register.R3, 0, plain);
        EmitRecord(Register.R3, next);
        code.Load(MemorySize.Word, Register.R3, Register.R3, ImageFormat.RecordFull);
        code.Jump(run);
        code.Mark(plain);
        code.Load(MemorySize.Half, Register.R3, Entry, IsV6 ? ImageFormat.V6Shape : ImageFormat.V4Shape);
        image.Bound(Register.R3, ImageFormat.MaxShapes, next);
        image.Address(Register.R4, image.Layout.Shapes, Register.R3, 2);
        code.Load(MemorySize.Word, Register.R3, Register.R4, 0);
        code.Mark(run);
        EmitRunOps();
        code.Jump(JumpCondition.Equal, Register.R0, OpFunction.Missed, next);
        code.Jump(JumpCondition.Equal, Register.R0, OpFunction.Matched, hit);
        code.StoreImmediate(MemorySize.Word, Register.R10, site.Candidate, ResultCode.Invalid);
    }

    /// <summary>record = the record of the action in R2, in force; else goes to next. Loses R1, R2, R4, R5.</summary>
    private void EmitRecord(Register record, Label next)
    {
        code.Alu(AluOperation.ShiftRight, Register.R2, 2);
        image.Bound(Register.R2, image.Layout.Capacity.Records, next);
        image.AddressOfRecord(record, Register.R2);
        image.RequireInForce(record, site.Epoch, next);
    }

    /// <summary>R0 = what the program at the op in R3 says.</summary>
    private void EmitRunOps()
    {
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, site.Context);
        code.Move(Register.R2, LookupSite.Key);
        if (site.IsOdd)
        {
            code.Load(MemorySize.Word, Register.R4, Register.R10, site.Entry);
        }
        else
        {
            code.Move(Register.R4, 0);
        }

        code.Call(runOps);
    }
}
