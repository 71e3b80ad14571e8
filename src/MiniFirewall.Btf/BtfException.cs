namespace MiniFirewall.Btf;

/// <summary>BTF bytes that break the format's rules; the message says which and where.</summary>
public sealed class BtfException(string message) : Exception(message);
