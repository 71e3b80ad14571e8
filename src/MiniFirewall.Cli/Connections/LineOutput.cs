using MiniFirewall.Engine.Connections;

namespace MiniFirewall.Cli.Connections;

/// <summary>Lines of UTF-8 on the output stream, many at a time.</summary>
internal sealed class LineOutput : IDisposable
{
    private const int Size = 1 << 16;

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly byte[] _buffer = new byte[Size];
    private int _used;

    /// <summary>Room for one line and its end.</summary>
    internal Span<byte> Room
    {
        get
        {
            if (Size - _used < ConnectionText.LongestLine + 1)
            {
                Flush();
            }

            return _buffer.AsSpan(_used);
        }
    }

    /// <summary>Ends a line of so many bytes in <see cref="Room"/>.</summary>
    internal void End(int length)
    {
        _used += length;
        _buffer[_used++] = (byte)'\n';
    }

    internal void Flush()
    {
        _output.Write(_buffer, 0, _used);
        _output.Flush();
        _used = 0;
    }

    public void Dispose()
    {
        Flush();
        _output.Dispose();
    }
}
