// A page of OHIF: what is painted in its viewports, and what its buttons do.

using System.Text.Json;
using Microsoft.Playwright;

namespace FhirHub.ImagingViewer.Tests;

/// <summary>What a viewport shows, by parts of its pixels.</summary>
/// <param name="Dark">Nearly black.</param>
/// <param name="Gray">Between dark and bright, without colour.</param>
/// <param name="Bright">Nearly white.</param>
/// <param name="Coloured">With a colour.</param>
/// <param name="Digest">Changes with the pixels.</param>
public sealed record Painting(double Dark, double Gray, double Bright, double Coloured, double Digest);

/// <summary>A page of the viewer.</summary>
/// <param name="page">The page in the browser.</param>
public sealed class ViewerPage(IPage page) : IAsyncDisposable
{
    private const string Look = """
        canvas => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const sums = { dark: 0, gray: 0, bright: 0, coloured: 0, digest: 7 };
          for (let i = 0; i < data.length; i += 4) {
            const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
            const most = Math.max(r, g, b);
            if (most - Math.min(r, g, b) > 24) sums.coloured++;
            else if (most < 24) sums.dark++;
            else if (most > 232) sums.bright++;
            else sums.gray++;
            sums.digest = (sums.digest * 31 + most) % 1000000007;
          }
          const count = Math.max(1, data.length / 4);
          return [sums.dark / count, sums.gray / count, sums.bright / count, sums.coloured / count, sums.digest];
        }
        """;

    private readonly List<string> _complaints = [];

    /// <summary>The page in the browser.</summary>
    public IPage Page => page;

    /// <summary>Errors of the page's scripts, and requests that failed.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Opens an address.</summary>
    public async Task GoAsync(string address)
    {
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Add(message.Text);
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                _complaints.Add($"{response.Status} {response.Url}");
        };
        await page.GotoAsync(address);
    }

    /// <summary>Waits until viewports are painted as they should be, and gives what they show.</summary>
    /// <param name="count">How many viewports there are.</param>
    /// <param name="isSo">What each must show; it is told which it is.</param>
    public async Task<IReadOnlyList<Painting>> PaintedAsync(int count, Func<int, Painting, bool> isSo)
    {
        IReadOnlyList<Painting> seen = [];
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3); await Task.Delay(100))
        {
            seen = await LookAsync();
            if (seen.Count == count && seen.Select((painting, index) => isSo(index, painting)).All(static so => so))
                return seen;
        }

        throw new Xunit.Sdk.XunitException($"The viewports show {string.Join(", ", seen)}. {string.Join('\n', _complaints)}");
    }

    /// <summary>Waits until the one viewport is painted as it should be.</summary>
    public async Task<Painting> PaintedAsync(Func<Painting, bool> isSo) => (await PaintedAsync(1, (_, painting) => isSo(painting)))[0];

    /// <summary>What the viewports show now.</summary>
    public async Task<IReadOnlyList<Painting>> LookAsync()
    {
        var seen = await page.EvaluateAsync<JsonElement>($"() => Array.from(document.querySelectorAll('canvas.cornerstone-canvas')).filter(c => c.width > 0 && c.height > 0).map({Look})");
        return [.. seen.EnumerateArray().Select(static one => new Painting(one[0].GetDouble(), one[1].GetDouble(), one[2].GetDouble(), one[3].GetDouble(), one[4].GetDouble()))];
    }

    /// <summary>Clicks what OHIF's own tests know by a name.</summary>
    public Task ClickAsync(string name) => Named(name).First.ClickAsync();

    /// <summary>What OHIF's own tests know by a name.</summary>
    public ILocator Named(string name) => page.Locator($"[data-cy=\"{name}\"]");

    /// <summary>Turns the wheel over the first viewport.</summary>
    public async Task ScrollAsync()
    {
        var (x, y) = await PointAsync(0.5, 0.5);
        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.WheelAsync(0, 100);
    }

    /// <summary>Draws from one place of the first viewport to another, places being parts of its sides.</summary>
    public async Task DragAsync((double X, double Y) from, (double X, double Y) to)
    {
        var start = await PointAsync(from.X, from.Y);
        var end = await PointAsync(to.X, to.Y);
        await page.Mouse.MoveAsync(start.X, start.Y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(end.X, end.Y, new MouseMoveOptions { Steps = 4 });
        await page.Mouse.UpAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await page.CloseAsync();

    private async Task<(float X, float Y)> PointAsync(double x, double y)
    {
        var box = (await Named("viewport-pane").First.BoundingBoxAsync())!;
        return ((float)(box.X + (x * box.Width)), (float)(box.Y + (y * box.Height)));
    }
}
