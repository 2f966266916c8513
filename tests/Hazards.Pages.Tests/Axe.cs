using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>axe-core, on a page as it stands.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    // Every rule of WCAG 2.2 A and AA that a program can judge. Only what is wrong comes back: describing each element of a
    // list that is right takes longer than judging it. Pages have no frames, so that one document is all there is.
    private const string Run = """
        async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'], iframes: false }))
          .violations.map(v => `axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' · ')}`)
        """;

    /// <summary>What is wrong, in words.</summary>
    public static async Task<string[]> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(Script);
        return await page.EvaluateAsync<string[]>(Run);
    }
}
