namespace MiniFirewall.Asm;

/// <summary>A place in a program, defined once and marked once; made by <see cref="Assembler.DefineLabel"/>.</summary>
public sealed class Label
{
    internal Label(Assembler owner, string? name)
    {
        Owner = owner;
        Name = name;
    }

    public string? Name { get; }

    internal Assembler Owner { get; }

    /// <summary>Index of the instruction it marks; -1 until marked.</summary>
    internal int Position { get; set; } = -1;
}
