// Distance on the globe, for the near parameter.

namespace FhirHub.Storage.Sqlite;

/// <summary>Great-circle geometry on a sphere of the earth's mean radius.</summary>
internal static class Geography
{
    private const double EarthRadius = 6_371_008.8;

    /// <summary>Metres between two positions in degrees.</summary>
    public static double Metres(double latitude1, double longitude1, double latitude2, double longitude2)
    {
        var halfLatitude = Radians(latitude2 - latitude1) / 2;
        var halfLongitude = Radians(longitude2 - longitude1) / 2;
        var a = Math.Pow(Math.Sin(halfLatitude), 2)
            + (Math.Cos(Radians(latitude1)) * Math.Cos(Radians(latitude2)) * Math.Pow(Math.Sin(halfLongitude), 2));
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(a)));
    }

    /// <summary>Degrees of latitude that a distance spans.</summary>
    public static double Latitudes(double metres) => metres / EarthRadius * 180 / Math.PI;

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
