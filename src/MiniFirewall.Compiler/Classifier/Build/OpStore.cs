using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Programs of ops, each kept once whatever the number of its users.</summary>
internal sealed class OpStore
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _known = new(BytesComparer.Instance);
    private readonly List<byte[]> _programs = [];

    /// <summary>Ops in use; the first is nobody's.</summary>
    internal int Count { get; private set; } = 1;

    /// <summary>Ops of the longest program.</summary>
    internal int Longest { get; private set; }

    /// <summary>The index of the program's first op.</summary>
    internal int Add(byte[] program)
    {
        if (!_known.TryGetValue(program, out int index))
        {
            index = Count;
            Count += program.Length / OpFormat.Size;
            Longest = Math.Max(Longest, program.Length / OpFormat.Size);
            _known.Add(program, index);
            _programs.Add(program);
        }

        return index;
    }

    internal void Write(Span<byte> section)
    {
        int at = OpFormat.Size;
        foreach (byte[] program in _programs)
        {
            program.CopyTo(section[at..]);
            at += program.Length;
        }
    }

    private sealed class BytesComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        internal static BytesComparer Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes.Span);
            return hash.ToHashCode();
        }
    }
}
