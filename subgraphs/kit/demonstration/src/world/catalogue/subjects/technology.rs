//! Subjects of software: programming and the web.

use super::{Subject, phrase};

pub(super) const PROGRAMMING: Subject = Subject {
    slug: "programming",
    name: "프로그래밍",
    parent: None,
    topics: [
        phrase("자료구조", "Data Structures"),
        phrase("알고리즘 문제 풀이", "Algorithmic Problem Solving"),
        phrase("클린 코드", "Clean Code"),
        phrase("테스트 주도 개발", "Test-Driven Development"),
        phrase("Git과 협업", "Git and Teamwork"),
        phrase("객체 지향 설계", "Object-Oriented Design"),
    ],
    concepts: [
        phrase("변수와 자료형", "Variables and Types"),
        phrase("반복과 재귀", "Loops and Recursion"),
        phrase("해시 테이블", "Hash Tables"),
        phrase("시간 복잡도", "Time Complexity"),
        phrase("디버깅 요령", "Debugging"),
        phrase("단위 테스트", "Unit Tests"),
        phrase("리팩터링", "Refactoring"),
        phrase("코드 리뷰", "Code Review"),
    ],
};

pub(super) const RUST: Subject = Subject {
    slug: "rust",
    name: "Rust",
    parent: Some("programming"),
    topics: [
        phrase("Rust 프로그래밍", "Rust Programming"),
        phrase("소유권과 빌림", "Ownership and Borrowing"),
        phrase("Rust 비동기 서버", "Async Rust Servers"),
        phrase("Rust 명령줄 도구", "Command-Line Tools in Rust"),
        phrase("Rust 매크로", "Rust Macros"),
        phrase("Rust 시스템 프로그래밍", "Systems Programming in Rust"),
    ],
    concepts: [
        phrase("소유권", "Ownership"),
        phrase("수명 표기", "Lifetimes"),
        phrase("트레이트", "Traits"),
        phrase("패턴 매칭", "Pattern Matching"),
        phrase("오류 처리", "Error Handling"),
        phrase("반복자", "Iterators"),
        phrase("동시성", "Concurrency"),
        phrase("카고 작업 공간", "Cargo Workspaces"),
    ],
};

pub(super) const PYTHON: Subject = Subject {
    slug: "python",
    name: "Python",
    parent: Some("programming"),
    topics: [
        phrase("Python 프로그래밍", "Python Programming"),
        phrase("Python 업무 자동화", "Office Automation with Python"),
        phrase("Python 웹 수집", "Web Scraping with Python"),
        phrase("Python 테스트", "Testing in Python"),
        phrase("Python 데이터 다루기", "Data Wrangling with Python"),
        phrase("Python 게임 만들기", "Making Games in Python"),
    ],
    concepts: [
        phrase("리스트와 딕셔너리", "Lists and Dictionaries"),
        phrase("함수와 인자", "Functions and Arguments"),
        phrase("파일 읽고 쓰기", "Reading and Writing Files"),
        phrase("예외 처리", "Exceptions"),
        phrase("클래스", "Classes"),
        phrase("가상 환경", "Virtual Environments"),
        phrase("제너레이터", "Generators"),
        phrase("타입 힌트", "Type Hints"),
    ],
};

pub(super) const JAVA: Subject = Subject {
    slug: "java",
    name: "Java",
    parent: Some("programming"),
    topics: [
        phrase("Java 프로그래밍", "Java Programming"),
        phrase("Java 동시성", "Java Concurrency"),
        phrase("Java 웹 애플리케이션", "Java Web Applications"),
        phrase("JVM 내부", "JVM Internals"),
        phrase("Java 컬렉션", "Java Collections"),
        phrase("함수형 Java", "Functional Java"),
    ],
    concepts: [
        phrase("클래스와 인터페이스", "Classes and Interfaces"),
        phrase("제네릭", "Generics"),
        phrase("스트림", "Streams"),
        phrase("스레드 풀", "Thread Pools"),
        phrase("가비지 컬렉션", "Garbage Collection"),
        phrase("예외 설계", "Exception Design"),
        phrase("의존성 주입", "Dependency Injection"),
        phrase("빌드 도구", "Build Tools"),
    ],
};

pub(super) const WEB: Subject = Subject {
    slug: "web",
    name: "웹 개발",
    parent: Some("programming"),
    topics: [
        phrase("웹의 동작 원리", "How the Web Works"),
        phrase("웹 접근성", "Web Accessibility"),
        phrase("웹 보안", "Web Security"),
        phrase("웹 성능 개선", "Web Performance"),
        phrase("GraphQL 설계", "GraphQL Design"),
        phrase("나만의 블로그 만들기", "Building Your Own Blog"),
    ],
    concepts: [
        phrase("HTTP 요청과 응답", "Requests and Responses"),
        phrase("쿠키와 세션", "Cookies and Sessions"),
        phrase("캐시", "Caching"),
        phrase("시맨틱 마크업", "Semantic Markup"),
        phrase("교차 출처 정책", "Cross-Origin Policy"),
        phrase("인증과 인가", "Authentication and Authorisation"),
        phrase("이미지 최적화", "Image Optimisation"),
        phrase("배포", "Deployment"),
    ],
};

pub(super) const FRONTEND: Subject = Subject {
    slug: "frontend",
    name: "프런트엔드",
    parent: Some("web"),
    topics: [
        phrase("타입스크립트", "TypeScript"),
        phrase("반응형 화면", "Responsive Layouts"),
        phrase("상태 관리", "State Management"),
        phrase("화면 애니메이션", "Interface Animation"),
        phrase("컴포넌트 테스트", "Component Testing"),
        phrase("CSS 레이아웃", "CSS Layout"),
    ],
    concepts: [
        phrase("플렉스와 그리드", "Flexbox and Grid"),
        phrase("이벤트 처리", "Event Handling"),
        phrase("폼 검증", "Form Validation"),
        phrase("비동기 요청", "Asynchronous Requests"),
        phrase("번들링", "Bundling"),
        phrase("렌더링 과정", "Rendering"),
        phrase("국제화", "Internationalisation"),
        phrase("다크 모드", "Dark Mode"),
    ],
};

pub(super) const BACKEND: Subject = Subject {
    slug: "backend",
    name: "백엔드",
    parent: Some("web"),
    topics: [
        phrase("REST 서비스 설계", "REST Service Design"),
        phrase("마이크로서비스", "Microservices"),
        phrase("메시지 큐", "Message Queues"),
        phrase("서버 모니터링", "Server Monitoring"),
        phrase("컨테이너와 배포", "Containers and Deployment"),
        phrase("대용량 트래픽", "High-Traffic Systems"),
    ],
    concepts: [
        phrase("계층 나누기", "Layering"),
        phrase("연결 풀", "Connection Pools"),
        phrase("재시도와 멱등성", "Retries and Idempotency"),
        phrase("로그와 추적", "Logs and Traces"),
        phrase("부하 시험", "Load Testing"),
        phrase("장애 격리", "Fault Isolation"),
        phrase("스키마 변경", "Schema Changes"),
        phrase("무중단 배포", "Zero-Downtime Releases"),
    ],
};
