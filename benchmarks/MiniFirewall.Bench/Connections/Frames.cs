using System.Runtime.InteropServices;

namespace MiniFirewall.Bench.Connections;

/// <summary>Frames as sendmmsg(2) takes them: laid out once, and sent again and again. From each of them on there are as many as a chunk has: behind the last comes the first.</summary>
internal sealed class Frames : IDisposable
{
    private const int MessageBytes = 64, VectorAt = 16, VectorCountAt = 24, VectorBytes = 16;

    private readonly nint _frames, _vectors, _messages;

    /// <param name="frames">All of one length.</param>
    internal Frames(IReadOnlyList<byte[]> frames)
    {
        Count = frames.Count;
        int length = frames[0].Length, total = Count + BenchRouter.ChunkSize;
        _frames = Marshal.AllocHGlobal((nint)Count * length);
        _vectors = Marshal.AllocHGlobal((nint)total * VectorBytes);
        _messages = Marshal.AllocHGlobal((nint)total * MessageBytes);
        for (int i = 0; i < Count; i++)
        {
            Marshal.Copy(frames[i], 0, _frames + ((nint)i * length), length);
        }

        var empty = new byte[MessageBytes];
        for (int i = 0; i < total; i++)
        {
            nint vector = _vectors + ((nint)i * VectorBytes);
            Marshal.WriteIntPtr(vector, _frames + ((nint)(i % Count) * length));
            Marshal.WriteIntPtr(vector, IntPtr.Size, length);
            Marshal.Copy(empty, 0, MessageAt(i), MessageBytes);
            Marshal.WriteIntPtr(MessageAt(i), VectorAt, vector);
            Marshal.WriteIntPtr(MessageAt(i), VectorCountAt, 1);
        }
    }

    internal int Count { get; }

    /// <summary>A struct mmsghdr, and the others behind it.</summary>
    internal nint MessageAt(int frame) => _messages + ((nint)frame * MessageBytes);

    public void Dispose()
    {
        Marshal.FreeHGlobal(_frames);
        Marshal.FreeHGlobal(_vectors);
        Marshal.FreeHGlobal(_messages);
    }
}
