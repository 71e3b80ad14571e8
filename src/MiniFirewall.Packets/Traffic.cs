namespace MiniFirewall.Packets;

/// <summary>Packets, and their bytes from the network header on.</summary>
public readonly record struct Traffic(ulong Packets, ulong Bytes)
{
    public static Traffic operator +(Traffic left, Traffic right) => Add(left, right);

    public static Traffic Add(Traffic left, Traffic right) => unchecked(new(left.Packets + right.Packets, left.Bytes + right.Bytes));
}
