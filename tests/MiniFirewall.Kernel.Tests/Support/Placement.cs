namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Where the bytes of a packet that comes in lie in its socket buffer.</summary>
/// <param name="Linear">How many of the first bytes lie in the linear part.</param>
/// <param name="Piece">How many of the others each page fragment holds at most; 1 to 4096.</param>
internal readonly record struct Placement(int Linear, int Piece)
{
    internal static Placement AllInPages => new(0, 4096);
}
