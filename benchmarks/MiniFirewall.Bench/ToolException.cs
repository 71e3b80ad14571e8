namespace MiniFirewall.Bench;

/// <summary>A program that failed; <paramref name="error"/> is what it wrote to standard error.</summary>
internal sealed class ToolException(string command, string error) : InvalidOperationException($"{command}: {error}")
{
    internal string Error => error;
}
