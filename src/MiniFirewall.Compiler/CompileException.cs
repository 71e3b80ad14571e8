using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>A packet program that cannot become a program of the kernel's; names the statement that is the reason.</summary>
public class CompileException(string message, Origin origin)
    : Exception(origin.Place.Length == 0 ? message : $"{origin.Place}: {message}: {origin.Text}")
{
    public Origin Origin { get; } = origin;
}
