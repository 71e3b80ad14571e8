using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// The image of a family whose programs are all straight code: it has no list, so no packet comes to it, and room for theirs. What the programs ask is not
/// said in it: whoever puts their lists into it (<see cref="WiderPrograms"/>) knows the statements.
/// </summary>
public static class FirstImage
{
    /// <summary>No chain can have this name.</summary>
    private const string Nowhere = "";

    /// <summary>Null where the kernel is too old for programs to be made for an image that is there.</summary>
    /// <param name="options">As for the programs.</param>
    public static MapImage? TryMake(Family family, CompileOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.HasMayGoto)
        {
            return null;
        }

        var nothing = new PacketProgram(family, Hook.LocalIn, [new Block(Nowhere, [])], 0, Verdict.Accept, 1);
        ClassifierImage image = ProgramSetCompiler.Compile([nothing], options with { Structure = ListStructure.Classifier, HasSpare = true }).Image!;
        Span<byte> changes = image.Bytes.AsSpan(image.Layout.Changes, ChangeFormat.Size);
        (ProgramAbilities.Read(changes) with { Straight = null }).Write(changes);
        return new(WellKnownMaps.ImageSpec(image.Layout.Size), image.Bytes);
    }
}
