using System.Runtime.InteropServices;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>System calls that only the tests need. Every wrapper throws SystemCallException where the kernel refuses.</summary>
internal static unsafe partial class LibC
{
    internal const int AfInet = 2, AfNetlink = 16, AfInet6 = 10, AfPacket = 17;
    internal const int SockRaw = 3, SockDgram = 2, SockCloseOnExec = 0x80000;
    private const int Detach = 2;

    internal static void UnshareNetwork() => Check("unshare(CLONE_NEWNET)", Unshare(0x40000000));

    internal static FileDescriptor Open(string path, int flags) => new(Check("open " + path, OpenFile(path, flags | 0x80000)));

    internal static FileDescriptor NewSocket(int family, int type, int protocol) =>
        new(Check("socket", Socket(family, type | SockCloseOnExec, protocol)));

    internal static void Ioctl(FileDescriptor descriptor, nuint request, void* argument, string what) =>
        Check("ioctl " + what, IoctlCall(descriptor.Number, request, argument));

    /// <summary>
    /// Unmounts what is mounted there, if anything is; also where it is busy: a child that another test has just forked holds this
    /// process's descriptors until it executes its program.
    /// </summary>
    internal static void TryUnmount(string path) => _ = Unmount(path, Detach);

    internal static void SetOption(FileDescriptor socket, int level, int option, uint value) =>
        Check("setsockopt", SetSocketOption(socket.Number, level, option, &value, sizeof(uint)));

    internal static void GetOption(FileDescriptor socket, int level, int option, Span<byte> value)
    {
        uint length = (uint)value.Length;
        fixed (byte* bytes = value)
        {
            Check("getsockopt", GetSocketOption(socket.Number, level, option, bytes, &length));
        }
    }

    /// <summary>Sends one datagram; returns 0 or the errno.</summary>
    internal static int TrySend(FileDescriptor socket, ReadOnlySpan<byte> data, ReadOnlySpan<byte> address)
    {
        fixed (byte* bytes = data)
        fixed (byte* to = address)
        {
            nint sent = SendTo(socket.Number, bytes, (nuint)data.Length, 0, to, (uint)address.Length);
            return sent < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    internal static int Receive(FileDescriptor socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return Check("recv", (int)Recv(socket.Number, bytes, (nuint)buffer.Length, 0));
        }
    }

    /// <summary>Receives one datagram, and whose it is.</summary>
    internal static int Receive(FileDescriptor socket, Span<byte> buffer, Span<byte> address)
    {
        uint length = (uint)address.Length;
        fixed (byte* bytes = buffer)
        fixed (byte* from = address)
        {
            return Check("recvfrom", (int)ReceiveFrom(socket.Number, bytes, (nuint)buffer.Length, 0, from, &length));
        }
    }

    internal static int Read(FileDescriptor descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return Check("read", (int)ReadBytes(descriptor.Number, bytes, (nuint)buffer.Length));
        }
    }

    /// <summary>Writes all bytes with one call, as one part of <paramref name="first"/> bytes and others of at most <paramref name="piece"/>.</summary>
    internal static void WriteInParts(FileDescriptor descriptor, ReadOnlySpan<byte> data, int first, int piece)
    {
        int count = 1 + ((data.Length - first + piece - 1) / piece);
        IoVector* parts = stackalloc IoVector[count];
        fixed (byte* bytes = data)
        {
            parts[0] = new IoVector { Base = bytes, Length = (nuint)first };
            for (int i = 1, at = first; i < count; i++, at += piece)
            {
                parts[i] = new IoVector { Base = bytes + at, Length = (nuint)Math.Min(piece, data.Length - at) };
            }

            Check("writev", (int)WriteVector(descriptor.Number, parts, count));
        }
    }

    /// <summary>BPF_LINK_CREATE with these attributes.</summary>
    internal static FileDescriptor CreateLink(ReadOnlySpan<byte> attributes)
    {
        const int Bpf = 321, LinkCreate = 28;
        fixed (byte* bytes = attributes)
        {
            return new(Check("bpf(BPF_LINK_CREATE)", (int)SystemCall(Bpf, LinkCreate, bytes, attributes.Length)));
        }
    }

    internal static uint InterfaceIndex(string name)
    {
        uint index = NameToIndex(name);
        return index != 0 ? index : throw SystemCallException.FromLastError("if_nametoindex " + name);
    }

    /// <summary>Keeps the calling thread on the processor it is on, until what is returned is disposed of, by the same thread.</summary>
    internal static IDisposable OnOneProcessor() => new Affinity();

    private static int Check(string call, int result) =>
        result >= 0 ? result : throw SystemCallException.FromLastError(call);

    private sealed class Affinity : IDisposable
    {
        private const int Bytes = 128;

        private readonly byte[] _before = new byte[Bytes];

        internal Affinity()
        {
            fixed (byte* before = _before)
            {
                Check("sched_getaffinity", GetAffinity(0, Bytes, before));
            }

            byte* one = stackalloc byte[Bytes];
            new Span<byte>(one, Bytes).Clear();
            int processor = Check("sched_getcpu", CurrentProcessor());
            one[processor / 8] = (byte)(1 << (processor % 8));
            Check("sched_setaffinity", SetAffinity(0, Bytes, one));
        }

        public void Dispose()
        {
            fixed (byte* before = _before)
            {
                Check("sched_setaffinity", SetAffinity(0, Bytes, before));
            }
        }
    }

    private struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu", SetLastError = true)]
    private static partial int CurrentProcessor();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, byte* processors);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, byte* processors);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlCall(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSocketOption(int socket, int level, int option, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, byte* data, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(int socket, byte* data, nuint length, int flags, byte* address, uint* addressLength);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static partial nint WriteVector(int descriptor, IoVector* parts, int count);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint command, byte* attributes, nint size);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);
}
