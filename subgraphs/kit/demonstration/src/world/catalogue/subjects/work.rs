//! Subjects of making and selling: design and business.

use super::{Subject, phrase};

pub(super) const DESIGN: Subject = Subject {
    slug: "design",
    name: "디자인",
    parent: None,
    topics: [
        phrase("디자인 원리", "Design Principles"),
        phrase("색채 이론", "Colour Theory"),
        phrase("포스터 디자인", "Poster Design"),
        phrase("브랜드 디자인", "Brand Design"),
        phrase("아이콘 그리기", "Icon Drawing"),
        phrase("디자인 시스템", "Design Systems"),
    ],
    concepts: [
        phrase("여백과 균형", "Space and Balance"),
        phrase("색 대비", "Colour Contrast"),
        phrase("그리드", "Grids"),
        phrase("시각적 위계", "Visual Hierarchy"),
        phrase("형태와 윤곽", "Shape and Outline"),
        phrase("무드보드", "Mood Boards"),
        phrase("컴포넌트", "Components"),
        phrase("작업물 비평", "Critique"),
    ],
};

pub(super) const UX: Subject = Subject {
    slug: "ux",
    name: "UX",
    parent: Some("design"),
    topics: [
        phrase("사용자 조사", "User Research"),
        phrase("와이어프레임", "Wireframing"),
        phrase("사용성 테스트", "Usability Testing"),
        phrase("UX 글쓰기", "UX Writing"),
        phrase("모바일 앱 설계", "Mobile App Design"),
        phrase("정보 구조", "Information Architecture"),
    ],
    concepts: [
        phrase("인터뷰 질문", "Interview Questions"),
        phrase("사용자 여정", "User Journeys"),
        phrase("프로토타입", "Prototypes"),
        phrase("오류 문구", "Error Messages"),
        phrase("내비게이션", "Navigation"),
        phrase("빈 화면", "Empty States"),
        phrase("접근성 점검", "Accessibility Checks"),
        phrase("관찰 기록", "Observation Notes"),
    ],
};

pub(super) const TYPOGRAPHY: Subject = Subject {
    slug: "typography",
    name: "타이포그래피",
    parent: Some("design"),
    topics: [
        phrase("한글 타이포그래피", "Hangul Typography"),
        phrase("책 디자인", "Book Design"),
        phrase("글꼴 고르기", "Choosing Typefaces"),
        phrase("레터링", "Lettering"),
        phrase("화면 타이포그래피", "Type on Screen"),
        phrase("편집 디자인", "Editorial Design"),
    ],
    concepts: [
        phrase("자간과 행간", "Tracking and Leading"),
        phrase("글줄 길이", "Line Length"),
        phrase("글꼴 짝짓기", "Pairing Fonts"),
        phrase("활자의 역사", "A History of Type"),
        phrase("본문과 제목", "Body and Headings"),
        phrase("격자 설계", "Grid Design"),
        phrase("인쇄 준비", "Preparing for Print"),
        phrase("획과 속공간", "Strokes and Counters"),
    ],
};

pub(super) const BUSINESS: Subject = Subject {
    slug: "business",
    name: "비즈니스",
    parent: None,
    topics: [
        phrase("작은 가게 운영", "Running a Small Shop"),
        phrase("생활 회계", "Everyday Accounting"),
        phrase("협상의 기술", "Negotiation"),
        phrase("발표 잘하기", "Presenting with Confidence"),
        phrase("일 잘하는 글쓰기", "Writing at Work"),
        phrase("팀 이끌기", "Leading a Team"),
    ],
    concepts: [
        phrase("손익 계산", "Profit and Loss"),
        phrase("고객 정의", "Knowing Your Customer"),
        phrase("회의 줄이기", "Fewer Meetings"),
        phrase("피드백 주고받기", "Giving Feedback"),
        phrase("목표 세우기", "Setting Goals"),
        phrase("한 장 보고서", "The One-Page Report"),
        phrase("가격 정하기", "Setting a Price"),
        phrase("위험 관리", "Managing Risk"),
    ],
};

pub(super) const MARKETING: Subject = Subject {
    slug: "marketing",
    name: "마케팅",
    parent: Some("business"),
    topics: [
        phrase("콘텐츠 마케팅", "Content Marketing"),
        phrase("검색 최적화", "Search Optimisation"),
        phrase("고객 데이터 분석", "Customer Analytics"),
        phrase("소셜 채널 운영", "Running Social Channels"),
        phrase("브랜드 이야기", "Brand Storytelling"),
        phrase("이메일 마케팅", "Email Marketing"),
    ],
    concepts: [
        phrase("고객 여정", "The Customer Journey"),
        phrase("제목 쓰기", "Writing Headlines"),
        phrase("전환율", "Conversion Rates"),
        phrase("A/B 비교", "A/B Comparison"),
        phrase("게시 일정", "Publishing Calendars"),
        phrase("광고 예산", "Ad Budgets"),
        phrase("재방문 유도", "Bringing People Back"),
        phrase("성과 측정", "Measuring Results"),
    ],
};

pub(super) const PLANNING: Subject = Subject {
    slug: "planning",
    name: "서비스 기획",
    parent: Some("business"),
    topics: [
        phrase("서비스 기획", "Product Planning"),
        phrase("요구 사항 정리", "Requirements"),
        phrase("애자일 개발", "Agile Delivery"),
        phrase("시장 조사", "Market Research"),
        phrase("로드맵 그리기", "Roadmapping"),
        phrase("제품 지표", "Product Metrics"),
    ],
    concepts: [
        phrase("문제 정의", "Framing the Problem"),
        phrase("우선순위", "Prioritising"),
        phrase("화면 정의서", "Screen Specifications"),
        phrase("일정 추정", "Estimating"),
        phrase("이해관계자", "Stakeholders"),
        phrase("회고", "Retrospectives"),
        phrase("출시 점검", "Launch Checklists"),
        phrase("경쟁 분석", "Competitor Analysis"),
    ],
};
