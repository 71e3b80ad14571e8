using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using MiniFirewall.Asm.Keeping;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Counting;

namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// The compiled form of a rule set as a file: a line for people, a hash (XXH128) of all that follows, the hash of the rule set's text,
/// the build that wrote it, and the form. Whatever does not fit is as good as no file.
/// </summary>
internal static class CompiledFormFile
{
    internal const string Name = "compiled";

    private const int HashSize = 16;

    private static ReadOnlySpan<byte> Line => "minifw: the newest rule set as it was compiled; made again where it is missing\n"u8;

    internal static byte[] Encode(string text, CompiledForm form)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream);
        to.Write(Line);
        to.Write(stackalloc byte[HashSize]);
        to.Write(HashOf(text));
        to.Write(FormFacts.Build);
        Write(to, form);
        to.Flush();
        byte[] bytes = stream.ToArray();
        XxHash128.Hash(bytes.AsSpan(Line.Length + HashSize), bytes.AsSpan(Line.Length));
        return bytes;
    }

    /// <summary>Null where the file is damaged, or is not of this text, or was written by another build.</summary>
    internal static CompiledForm? TryDecode(string text, byte[] bytes)
    {
        if (bytes.Length < Line.Length + (2 * HashSize) || !bytes.AsSpan().StartsWith(Line)
            || !XxHash128.Hash(bytes.AsSpan(Line.Length + HashSize)).AsSpan().SequenceEqual(bytes.AsSpan(Line.Length, HashSize))
            || !HashOf(text).AsSpan().SequenceEqual(bytes.AsSpan(Line.Length + HashSize, HashSize)))
        {
            return null;
        }

        using var from = new BinaryReader(new MemoryStream(bytes) { Position = Line.Length + (2 * HashSize) });
        return from.ReadString() == FormFacts.Build ? Read(from) : null;
    }

    private static byte[] HashOf(string text) => XxHash128.Hash(Encoding.UTF8.GetBytes(text));

    private static void Write(BinaryWriter to, CompiledForm form)
    {
        to.Write(form.Facts);
        to.Write(form.Order);
        ListCodec.Write(to, form.Plan.Slots, static (to, slot) => to.Write(slot));
        to.Write(form.Plan.Capacity);
        to.Write(form.Plan.FirstFreshSlot);
        ListCodec.Write(to, form.Families, Write);
    }

    private static CompiledForm Read(BinaryReader from)
    {
        string facts = from.ReadString();
        ulong order = from.ReadUInt64();
        ImmutableArray<int> slots = ListCodec.Read(from, static from => from.ReadInt32());
        return new(facts, order, SlotPlan.First(slots, from.ReadInt32(), from.ReadInt32()), ListCodec.Read(from, ReadFamily));
    }

    private static void Write(BinaryWriter to, FamilyPrograms family)
    {
        ListCodec.Write(to, family.Specs, SpecCodec.Write);
        ListCodec.Write(to, family.Maps, Write);
        ListCodec.Write(to, family.RateTables, static (to, name) => to.Write(name));
    }

    private static FamilyPrograms ReadFamily(BinaryReader from) =>
        new(ListCodec.Read(from, SpecCodec.ReadProgram), ListCodec.Read(from, ReadMap), ListCodec.Read(from, static from => from.ReadString()));

    private static void Write(BinaryWriter to, MapImage map)
    {
        SpecCodec.Write(to, map.Spec);
        to.Write(map.Content.Length);
        to.Write(map.Content.Span);
    }

    private static MapImage ReadMap(BinaryReader from) => new(SpecCodec.ReadMap(from), from.ReadBytes(from.ReadInt32()));
}
