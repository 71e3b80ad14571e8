namespace MiniFirewall.Bpf;

/// <summary>The running kernel lacks something that a program needs; the message says what, and which kernel has it.</summary>
public sealed class MissingFeatureException(string message) : Exception(message);
