using Hazards.Api.Http.Pages;

namespace Hazards.Api.Investigation.Pages;

/// <summary>两个时刻的比较.</summary>
internal static class ComparePages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.Page<ComparePage>("/compare");
}
