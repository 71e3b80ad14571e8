using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Grammar;

/// <summary>Options that an extension cannot be without, where that depends on its other options.</summary>
internal static class Missing
{
    /// <summary>Reports that an extension needs one of the options, unless it has it.</summary>
    internal static bool IsThere(bool isThere, ReadContext context, Word place, string extension, params string[] options)
    {
        if (!isThere)
        {
            context.Diagnostics.Report(
                ErrorCodes.MissingOption, place, $"{extension} needs {Show.Choice(options)}", $"write it after {Show.Word(place.Text)}",
                UpstreamWords.IsLeftToKernel(extension) ? Convention.InvalidArgument
                    : Convention.Usage(UpstreamWords.OfMissingOption(extension, options[0]) ?? $"{extension}: option \"{options[0]}\" must be specified\n"));
        }

        return isThere;
    }
}
