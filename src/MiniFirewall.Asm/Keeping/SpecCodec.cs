using System.Collections.Immutable;

namespace MiniFirewall.Asm.Keeping;

/// <summary>
/// Blueprints as bytes and back. The bytes say nothing of themselves: whoever keeps them keeps beside them which build has written
/// them, and that they are whole.
/// </summary>
public static class SpecCodec
{
    private const int NoReference = -1;

    public static void Write(BinaryWriter to, ProgramSpec spec)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(spec);
        to.Write(spec.Name);
        to.Write((int)spec.Type);
        to.Write(spec.ExpectedAttachType);
        to.Write(spec.Flags);
        ListCodec.Write(to, spec.Origins, static (to, origin) => to.Write(origin));
        ListCodec.Write(to, spec.Code.Functions, FunctionCodec.Write);
        Dictionary<Reference, int> numbers = [];
        ImmutableArray<Reference> references = [.. spec.Code.Instructions.Select(instruction => instruction.Reference).OfType<Reference>().Where(reference => numbers.TryAdd(reference, numbers.Count))];
        ListCodec.Write(to, references, ReferenceCodec.Write);
        ListCodec.Write(to, spec.Code.Instructions, (to, instruction) => Write(to, instruction, instruction.Reference is { } reference ? numbers[reference] : NoReference));
    }

    public static ProgramSpec ReadProgram(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        string name = from.ReadString();
        var type = (ProgramType)from.ReadInt32();
        uint attachType = from.ReadUInt32(), flags = from.ReadUInt32();
        ImmutableArray<string> origins = ListCodec.Read(from, static from => from.ReadString());
        ImmutableArray<PlacedFunction> functions = ListCodec.Read(from, FunctionCodec.Read);
        ImmutableArray<Reference> references = ListCodec.Read(from, ReferenceCodec.Read);
        return new(name, type, attachType, new(ListCodec.Read(from, from => ReadInstruction(from, references)), functions), origins) { Flags = flags };
    }

    public static void Write(BinaryWriter to, MapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(spec);
        to.Write(spec.Name);
        to.Write((int)spec.Type);
        to.Write(spec.KeySize);
        to.Write(spec.ValueSize);
        to.Write(spec.MaxEntries);
        to.Write(spec.Flags);
        to.Write(spec.Extra);
        to.Write(spec.BeginsWithLock);
        to.Write(spec.BeginsWithTimer);
    }

    public static MapSpec ReadMap(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        return new(from.ReadString(), (MapType)from.ReadInt32(), from.ReadInt32(), from.ReadInt32(), from.ReadInt32())
        {
            Flags = from.ReadUInt32(),
            Extra = from.ReadUInt64(),
            BeginsWithLock = from.ReadBoolean(),
            BeginsWithTimer = from.ReadBoolean(),
        };
    }

    private static void Write(BinaryWriter to, Instruction instruction, int reference)
    {
        to.Write(instruction.Opcode);
        to.Write((byte)instruction.Destination);
        to.Write(instruction.Source);
        to.Write(instruction.Offset);
        to.Write(instruction.Immediate);
        to.Write(reference);
        to.Write(instruction.Origin);
    }

    private static Instruction ReadInstruction(BinaryReader from, ImmutableArray<Reference> references)
    {
        var bare = new Instruction
        {
            Opcode = from.ReadByte(),
            Destination = (Register)from.ReadByte(),
            Source = from.ReadByte(),
            Offset = from.ReadInt16(),
            Immediate = from.ReadInt64(),
        };
        int reference = from.ReadInt32();
        return bare with { Reference = reference == NoReference ? null : references[reference], Origin = from.ReadInt32() };
    }
}
