namespace MiniFirewall.Engine.Handing;

/// <summary>What has become of packets for netlink groups.</summary>
/// <param name="Handed">A reader has them.</param>
/// <param name="Unread">Nobody reads their group.</param>
/// <param name="Failed">The reader's buffer was full, or he had gone.</param>
public sealed record HandingTally(long Handed, long Unread, long Failed);
