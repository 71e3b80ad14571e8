using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Structure;

/// <summary>What a reference's kind is.</summary>
internal static class References
{
    internal static uint KindOf(uint reference) => reference >> ImageFormat.KindShift;

    internal static int IndexOf(uint reference) => (int)(reference & ImageFormat.IndexMask);

    internal static bool IsSequence(uint reference) => KindOf(reference) is ImageFormat.KindRun or ImageFormat.KindList;

    internal static bool IsNode(uint reference) => KindOf(reference) == ImageFormat.KindNode;
}
