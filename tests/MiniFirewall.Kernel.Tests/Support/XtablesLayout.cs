using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Finds chains, rules and policies in a table's entries.</summary>
internal readonly ref struct XtablesLayout
{
    private static readonly string[] HookNames = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
    private readonly ReadOnlySpan<byte> _entries, _info;
    private readonly int _entryLength;

    /// <param name="entries">The entries, struct ipt_entry or ip6t_entry with their matches and targets.</param>
    /// <param name="info">struct ipt_getinfo.</param>
    /// <param name="entryLength">Size of the entry itself, bytes.</param>
    internal XtablesLayout(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> info, int entryLength)
    {
        _entries = entries;
        _info = info;
        _entryLength = entryLength;
        Places = [];
        Walk();
    }

    internal List<(CounterPlace Place, int Offset)> Places { get; }

    private void Walk()
    {
        string chain = "";
        int rule = 0;
        for (int at = 0; at < _entries.Length; at += Next(at))
        {
            if (BuiltInChain(at) is { } builtIn)
            {
                (chain, rule) = (builtIn, 0);
            }

            if (TargetName(at) == "ERROR")
            {
                DropImplicitReturn();
                (chain, rule) = (Text(at + TargetOffset(at) + 32, 30), 0);
            }
            else
            {
                Places.Add((new CounterPlace(chain, IsPolicy(at) ? 0 : ++rule), at));
            }
        }
    }

    // The last entry of a user chain is its implicit RETURN, which iptables does not show.
    private void DropImplicitReturn()
    {
        if (Places.Count > 0 && Places[^1].Place.Rule != 0)
        {
            Places.RemoveAt(Places.Count - 1);
        }
    }

    private string? BuiltInChain(int at)
    {
        for (int hook = 0; hook < HookNames.Length; hook++)
        {
            if (HasHook(hook) && Number(36 + (4 * hook)) == at)
            {
                return HookNames[hook];
            }
        }

        return null;
    }

    private bool IsPolicy(int at)
    {
        for (int hook = 0; hook < HookNames.Length; hook++)
        {
            if (HasHook(hook) && Number(56 + (4 * hook)) == at)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasHook(int hook) => (Number(32) & (1 << hook)) != 0;

    private int Number(int at) => BinaryPrimitives.ReadInt32LittleEndian(_info[at..]);

    private int TargetOffset(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_entries[(at + FieldsOffset)..]);

    private int Next(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_entries[(at + FieldsOffset + 2)..]);

    private int FieldsOffset => _entryLength == 112 ? 88 : 140;

    private string TargetName(int at) => Text(at + TargetOffset(at) + 2, 29);

    private string Text(int at, int length)
    {
        ReadOnlySpan<byte> bytes = _entries.Slice(at, Math.Min(length, _entries.Length - at));
        int end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
