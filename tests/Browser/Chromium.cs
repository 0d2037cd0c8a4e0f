// Debian's Chromium, and the attribute of tests that need it: where it is missing they are skipped, and say so.

using Microsoft.Playwright;

namespace FhirHub.Tests;

/// <summary>The browser.</summary>
internal static class Chromium
{
    /// <summary>Milliseconds. Graphics are computed on the processor, which others may be using; nothing here waits for so long that goes well.</summary>
    public const float Patience = 180_000;

    /// <summary>The program; null if it is not installed.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Select(static folder => System.IO.Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Why a test can't run here; null if it can.</summary>
    public static string? Missing => Path is null ? "Chromium is not installed (apt-get install chromium)." : null;

    /// <summary>Starts it; the driver is a program for Node, which the library brings with it.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Path,
        Timeout = Patience,
        Args =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
        ],
    });
}
