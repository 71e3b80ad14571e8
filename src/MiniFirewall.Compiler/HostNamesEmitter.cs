using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Looks for the packet's addresses among those of live host names, once for each side that rules ask about: the key then has the
/// marks of all names that an address belongs to, and each rule tests bits.
/// </summary>
internal sealed class HostNamesEmitter(Assembler code, Family family, FieldUse use)
{
    /// <summary>Where the transport header's first bytes are put later.</summary>
    private const int LookedUp = Frame.TransportBuffer;

    internal void Emit()
    {
        EmitSide(Field.SourceNames, PacketKey.SourceHigh, PacketKey.SourceLow, PacketKey.SourceNames);
        EmitSide(Field.DestinationNames, PacketKey.DestinationHigh, PacketKey.DestinationLow, PacketKey.DestinationNames);
    }

    private void EmitSide(Field field, int high, int low, int names)
    {
        if (!use.Has(field))
        {
            return;
        }

        EmitAddress(high, low);
        code.LoadMap(Register.R1, WellKnownMaps.Hosts);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, LookedUp);
        code.Call(Helper.MapLookupElement);

        // The way of an address that has names is the one that the verifier goes first: what it learns there covers the other.
        Label none = code.DefineLabel("no name"), known = code.DefineLabel("names known");
        code.Jump(JumpCondition.Equal, Register.R0, 0, none);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, HostLayout.Marks);
        code.Jump(known);
        code.Mark(none);
        code.Move(Register.R1, 0);
        code.Mark(known);
        code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + names, Register.R1);
    }

    private void EmitAddress(int high, int low)
    {
        bool isIPv4 = family == Family.IPv4;
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, LookedUp + HostLayout.Version, isIPv4 ? 4 : 6);
        if (isIPv4)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Register.R10, LookedUp + HostLayout.High, 0);
        }
        else
        {
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Frame.MainKey + high);
            code.Store(MemorySize.DoubleWord, Register.R10, LookedUp + HostLayout.High, Register.R1);
        }

        code.Load(isIPv4 ? MemorySize.Word : MemorySize.DoubleWord, Register.R1, Register.R10, Frame.MainKey + low);
        code.Store(MemorySize.DoubleWord, Register.R10, LookedUp + HostLayout.Low, Register.R1);
    }
}
