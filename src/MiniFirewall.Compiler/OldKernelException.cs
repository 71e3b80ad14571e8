using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>A packet program that a newer kernel would take.</summary>
public sealed class OldKernelException(string message) : CompileException(message, Origin.None);
